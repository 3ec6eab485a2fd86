using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Membership;

/// <summary>
/// A transfer of leadership under way (dissertation, 3.10): to whom, until when, and whether the leader leaves the
/// group; and who could take over.
/// </summary>
internal sealed class LeadershipTransfer
{
    private readonly ReplicaOptions _options;
    private readonly Standing _standing;
    private readonly ConfigurationHistory _history;
    private readonly ProgressTracker _tracker;

    /// <summary>No transfer is under way.</summary>
    public LeadershipTransfer(
        ReplicaOptions options, Standing standing, ConfigurationHistory history, ProgressTracker tracker)
    {
        _options = options;
        _standing = standing;
        _history = history;
        _tracker = tracker;
    }

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

    /// <summary>Begins a transfer, which may take one election timeout.</summary>
    public void Begin(ReplicaId target)
    {
        Invariant.Holds(!IsActive && target != ReplicaId.None);
        Target = target;
        Deadline = _standing.Now.After(_options.ElectionTimeout);
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

    /// <summary>
    /// Whether a member may lead: a voter that priorities do not exclude. Whoever asked for a snapshot has no state,
    /// and may not campaign before it is there.
    /// </summary>
    public bool IsElectable(ReplicaId replica) =>
        replica != ReplicaId.None && replica != _options.Replica
        && _history.Newest.Configuration.IsVoter(replica)
        && _history.Newest.Configuration.TryGetMember(replica, out var member) && member.Priority > 0
        && _tracker.Find(replica) is { NeedSnapshotIndex: 0 };

    /// <summary>
    /// The electable voter with the longest log; of several the one with the highest priority. Only those count that
    /// answered a request of the last T: nobody else can take over now.
    /// </summary>
    public ReplicaId BestSuccessor()
    {
        var best = ReplicaId.None;
        var bestMatch = 0UL;
        var bestPriority = 0;
        foreach (var progress in _tracker.Members)
        {
            var isHeard = progress.HasAnswered
                && _standing.Now < progress.ContactStamp.After(_options.ElectionTimeout);
            if (!isHeard || !IsElectable(progress.Replica)
                || !_history.Newest.Configuration.TryGetMember(progress.Replica, out var member))
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
