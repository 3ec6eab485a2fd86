using Sampan.Model;
using Sampan.Raft.Log;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Membership;

/// <summary>Whether a change of members may be appended now, and where it leads.</summary>
internal sealed class ChangeAdmission
{
    private readonly ReplicaOptions _options;
    private readonly ProtocolOptions _protocol;
    private readonly Standing _standing;
    private readonly RaftLog _log;
    private readonly ProgressTracker _tracker;

    /// <summary>For one replica.</summary>
    public ChangeAdmission(
        ReplicaOptions options, ProtocolOptions protocol, Standing standing, RaftLog log, ProgressTracker tracker)
    {
        _options = options;
        _protocol = protocol;
        _standing = standing;
        _log = log;
        _tracker = tracker;
    }

    /// <summary>
    /// Whether a leader may append a change to <paramref name="newest"/>; <paramref name="outcome"/> is what is in
    /// force then.
    /// </summary>
    public ProposeStatus Decide(ConfigurationEntry newest, MembershipChange change, out Configuration outcome)
    {
        outcome = newest.Configuration;
        var status = _protocol.Validation ? Check(newest, change) : ProposeStatus.Accepted;
        if (status != ProposeStatus.Accepted)
        {
            return status;
        }

        var result = ConfigurationChanger.Apply(newest.Configuration, change, _protocol.AlwaysJoint);
        if (!result.Succeeded || (_protocol.Validation && result.Configuration.SameAs(newest.Configuration)))
        {
            return ProposeStatus.InvalidChange;
        }

        outcome = result.Configuration;
        return _protocol.Validation ? CheckOutcome(outcome) : ProposeStatus.Accepted;
    }

    /// <summary>
    /// One uncommitted change at a time, none before an entry of the leader's term is committed (C1), none but leaving
    /// in a joint state, and no promotion of a learner that lags (C8).
    /// </summary>
    private ProposeStatus Check(ConfigurationEntry newest, MembershipChange change)
    {
        var leaves = change.Steps.Count == 0 && newest.Configuration.IsJoint;
        if (newest.Index > _log.Commit || _log.Commit < _standing.TermStartIndex
            || (newest.Configuration.IsJoint && !leaves))
        {
            return ProposeStatus.ChangeInProgress;
        }

        foreach (var step in change.Steps)
        {
            if (step.Kind == MemberChangeKind.AddVoter && newest.Configuration.IsLearner(step.Member.Replica)
                && !HasCaughtUp(step.Member.Replica))
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
    private ProposeStatus CheckOutcome(Configuration outcome)
    {
        var mayLead = false;
        foreach (var member in outcome.Members)
        {
            if (!outcome.IsIncomingVoter(member.Replica) || member.Priority == 0)
            {
                continue;
            }

            mayLead = true;
            if (_tracker.Find(member.Replica) is null or { NeedSnapshotIndex: 0 })
            {
                return ProposeStatus.Accepted;
            }
        }

        return mayLead ? ProposeStatus.LearnerNotReady : ProposeStatus.InvalidChange;
    }

    private bool HasCaughtUp(ReplicaId learner) =>
        _tracker.Find(learner) is { State: ProgressState.Replicate } member
        && member.Match + _options.CatchUpEntriesMax >= _log.LastIndex;
}
