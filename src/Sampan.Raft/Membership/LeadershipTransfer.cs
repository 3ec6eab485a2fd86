using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Membership;

/// <summary>
/// A transfer of leadership under way (dissertation, 3.10): to whom, until when, and whether the leader leaves the
/// group.
/// </summary>
internal sealed class LeadershipTransfer
{
    /// <summary>The target; none if no transfer is under way.</summary>
    public ReplicaId Target { get; private set; }

    /// <summary>When it is given up; never if none is under way.</summary>
    public Instant Deadline { get; private set; } = Instant.Never;

    /// <summary>Whether the leader was removed and leads only to hand over.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>
    /// Whether TimeoutNow was sent in this term: no lease counts any more, whatever becomes of it (D3, O3).
    /// </summary>
    public bool EndsLease { get; set; }

    /// <summary>Whether a transfer is under way.</summary>
    public bool IsActive => Target != ReplicaId.None;

    /// <summary>Begins a transfer.</summary>
    public void Begin(ReplicaId target, Instant deadline)
    {
        Invariant.Holds(!IsActive && target != ReplicaId.None);
        Target = target;
        Deadline = deadline;
    }

    /// <summary>Ends it, successful or not.</summary>
    public void End()
    {
        Target = ReplicaId.None;
        Deadline = Instant.Never;
        IsLeaving = false;
    }

    /// <summary>A term as leader begins.</summary>
    public void Reset()
    {
        End();
        EndsLease = false;
    }

    /// <summary>Whether a member may lead.</summary>
    public static bool IsElectable(Configuration configuration, ReplicaId replica) =>
        replica != ReplicaId.None && configuration.IsVoter(replica)
            && configuration.TryGetMember(replica, out var member) && member.Priority > 0;

    /// <summary>The electable voter with the longest log; of several the one with the highest priority.</summary>
    public static ReplicaId BestSuccessor(Configuration configuration, ProgressTracker tracker, ReplicaId self)
    {
        var best = ReplicaId.None;
        var bestMatch = 0UL;
        var bestPriority = 0;
        foreach (var progress in tracker.Members)
        {
            if (progress.Replica == self || !IsElectable(configuration, progress.Replica)
                || !configuration.TryGetMember(progress.Replica, out var member))
            {
                continue;
            }

            var isBetter = progress.Match > bestMatch
                || (progress.Match == bestMatch && member.Priority > bestPriority);
            if (best == ReplicaId.None || isBetter)
            {
                best = progress.Replica;
                bestMatch = progress.Match;
                bestPriority = member.Priority;
            }
        }

        return best;
    }
}
