using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Where an ordinary Raft core may rightly part ways with CCF. Each row is found in what happens, not in a file's name
/// or text; from then on the file's assertions may not apply, and the first that does not hold ends the run.
/// </summary>
internal static class CcfDivergence
{
    private const string Stranger =
        "a vote is asked of a node that never received anything; ours refuses, since it knows no configuration (A14)";

    private const string Former =
        "a vote is asked by a node that was removed and does not know it; ours is told so and deposes nobody (A11)";

    private const string OwnEntryRefuses =
        "a vote is refused because the voter's log ends with an entry that CCF does not have (the empty one that opens "
        + "each of our terms, or the leave of a joint state)";

    private const string OwnEntryGrants =
        "a vote is granted because the candidate's log ends with an entry that CCF does not have";

    private const string Early =
        "a candidate hears from a leader of its term at once, while CCF's leader would wait for its next period";

    private const string Farewell =
        "a removed node is told of its removal in its own log; CCF's leader does not speak to it any more";

    /// <summary>What will make this request for a vote end otherwise than in CCF; null if nothing.</summary>
    public static string? OfVote(
        Message message, ReplicaUnderTest voter, ReplicaUnderTest candidate, CcfIndexes indexes)
    {
        if (message.Kind is not (MessageKind.PreVote or MessageKind.Vote))
        {
            return null;
        }

        var log = voter.Log.Memory;
        if (log.Configurations[^1].Configuration.Members.Length == 0)
        {
            return Stranger;
        }

        var committed = log.ConfigurationAt(voter.Status.HardState.Commit);
        if (message.ConfigurationIndex < committed.Index && !committed.Configuration.Contains(message.From))
        {
            return Former;
        }

        var asked = new LogId(message.LogTerm, message.Index);
        var grantsHere = asked >= log.Last;
        var grantsInCcf = LastKnown(candidate.Log.Memory, asked.Index, indexes)
            >= LastKnown(log, log.LastIndex, indexes);
        if (grantsHere == grantsInCcf)
        {
            return null;
        }

        return grantsHere ? OwnEntryGrants : OwnEntryRefuses;
    }

    /// <summary>
    /// Whether this message of a leader tells its receiver what CCF would not tell it, or at another time.
    /// <paramref name="isEarly"/>: it was sent between two periods.
    /// </summary>
    public static string? OfAppend(
        Message message, ReplicaUnderTest receiver, ReplicaUnderTest leader, bool isEarly)
    {
        if (message.Kind is not (MessageKind.Append or MessageKind.Commit))
        {
            return null;
        }

        if (!leader.Status.Configuration.Configuration.Contains(message.To))
        {
            return Farewell;
        }

        var status = receiver.Status;
        var isCalledBack = isEarly && message.Term == status.HardState.Term
            && (status.Role is Role.PreCandidate or Role.Candidate || status.Leader == ReplicaId.None);
        return isCalledBack ? Early : null;
    }

    private static LogId LastKnown(LogImage log, ulong index, CcfIndexes indexes)
    {
        for (var i = Math.Min(index, log.LastIndex); i >= log.FirstIndex; i--)
        {
            if (indexes.IsKnown(log.Get(i).Id))
            {
                return log.Get(i).Id;
            }
        }

        return LogId.Zero;
    }
}
