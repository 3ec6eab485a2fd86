using Sampan.Model;
using Sampan.Raft;

namespace Sampan.Simulation.Checks;

/// <summary>Which configuration is in force, and how one follows another (I-14, I-15, I-25).</summary>
internal sealed class MembershipChecker
{
    private readonly GroupHistory _history;

    /// <summary>The checker of a group.</summary>
    public MembershipChecker(GroupHistory history) => _history = history;

    /// <summary>A replica was seen.</summary>
    public void Seen(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        var inForce = status.Configuration;
        if (track.Seen is { } before && ReferenceEquals(before.Configuration.Configuration, inForce.Configuration)
            && before.LastIndex == status.LastIndex)
        {
            return;
        }

        if (inForce.Index > status.LastIndex)
        {
            _history.Fail("I-14", $"{track} is under {inForce}, and its log ends at {status.LastIndex}");
        }

        if (inForce.Index > 0 && core.TryGetTerm(inForce.Index, out var term) && term > 0
            && _history.TryGetEntry(new LogId(term, inForce.Index), out _)
            && (!_history.TryGetConfiguration(new LogId(term, inForce.Index), out var logged)
                || !logged.SameAs(inForce.Configuration)))
        {
            _history.Fail("I-14", $"{track} is under {inForce}, and its log holds something else there");
        }

        KnowsNewest(track, core, inForce);
        if (inForce.Index > 0 && (track.Seen is null || track.Seen.Configuration.Index < inForce.Index))
        {
            Follows(track, core.ConfigurationAt(inForce.Index - 1).Configuration, inForce.Configuration);
        }
    }

    /// <summary>A leader was seen: at most one configuration of its log is not committed.</summary>
    public void SeenLeading(ReplicaTrack track, RaftReplica core, RaftStatus status)
    {
        var newest = status.Configuration;
        if (newest.Index == 0 || newest.Index <= status.HardState.Commit)
        {
            return;
        }

        var former = core.ConfigurationAt(newest.Index - 1);
        if (former.Index > status.HardState.Commit)
        {
            _history.Fail(
                "I-14", $"{track} has two configurations beyond its commit index {status.HardState.Commit}: {former}, "
                + $"{newest}");
        }
    }

    /// <summary>A configuration is durable at a replica: its core must know it.</summary>
    public void Written(ReplicaTrack track, RaftReplica core, ulong index)
    {
        if (track.Image.TryGet(index, out var held) && core.TryGetTerm(index, out var term) && term == held.Term
            && core.Status.Configuration.Index < index)
        {
            _history.Fail(
                "I-14", $"{track} is under {core.Status.Configuration}, and its log holds a newer one at {index}");
        }
    }

    // Whatever was rolled back: the newest configuration of the log that is left is in force.
    private void KnowsNewest(ReplicaTrack track, RaftReplica core, ConfigurationEntry inForce)
    {
        if (track.Image.NewestConfigurationIndex() is > 0 and var index && index > inForce.Index)
        {
            Written(track, core, index);
        }
    }

    // One configuration stands behind another one.
    private void Follows(ReplicaTrack track, Configuration former, Configuration next)
    {
        if (former.Members.Length == 0)
        {
            return;
        }

        if (!Quorums.AllOverlap(former, next))
        {
            _history.Fail("I-14", $"{track} goes from {former} to {next}: they have quorums that do not meet");
        }

        foreach (var member in former.Members)
        {
            if (member.Incarnation.IsBound && next.TryGetMember(member.Replica, out var later)
                && (later.Incarnation != member.Incarnation || later.Store != member.Store))
            {
                _history.Fail("I-25", $"{track}: replica {member.Replica} was bound to {member}, and is {later}");
            }
        }
    }
}
