using Sampan.Model;
using Sampan.Raft.Log;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Membership;

/// <summary>Whether a change of members may be appended now.</summary>
internal static class ChangeAdmission
{
    /// <summary>
    /// One uncommitted change at a time, none before an entry of the leader's term is committed (C1), none but leaving
    /// in a joint state, and no promotion of a learner that lags (C8).
    /// </summary>
    public static ProposeStatus Check(
        ConfigurationEntry newest,
        MembershipChange change,
        RaftLog log,
        Standing standing,
        ProgressTracker tracker,
        ulong catchUpEntriesMax)
    {
        var leaves = change.Steps.Count == 0 && newest.Configuration.IsJoint;
        if (newest.Index > log.Commit || log.Commit < standing.TermStartIndex
            || (newest.Configuration.IsJoint && !leaves))
        {
            return ProposeStatus.ChangeInProgress;
        }

        foreach (var step in change.Steps)
        {
            if (step.Kind == MemberChangeKind.AddVoter && newest.Configuration.IsLearner(step.Member.Replica)
                && !HasCaughtUp(tracker.Find(step.Member.Replica), log.LastIndex, catchUpEntriesMax))
            {
                return ProposeStatus.LearnerNotReady;
            }
        }

        return ProposeStatus.Accepted;
    }

    /// <summary>
    /// Whether somebody could lead once the change is over: a voter that is allowed to, and that has a state. The last
    /// state might go with whoever the change removes.
    /// </summary>
    public static ProposeStatus CheckOutcome(Configuration outcome, ProgressTracker tracker)
    {
        var mayLead = false;
        foreach (var member in outcome.Members)
        {
            if (!outcome.IsIncomingVoter(member.Replica) || member.Priority == 0)
            {
                continue;
            }

            mayLead = true;
            if (tracker.Find(member.Replica) is null or { NeedSnapshotIndex: 0 })
            {
                return ProposeStatus.Accepted;
            }
        }

        return mayLead ? ProposeStatus.LearnerNotReady : ProposeStatus.InvalidChange;
    }

    private static bool HasCaughtUp(MemberProgress? member, ulong lastIndex, ulong catchUpEntriesMax) =>
        member is { State: ProgressState.Replicate } && member.Match + catchUpEntriesMax >= lastIndex;
}
