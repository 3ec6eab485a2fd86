using Sampan.Model;

namespace Sampan.Raft;

/// <content>What a leader's store must know to keep its members supplied with snapshots.</content>
public sealed partial class RaftReplica
{
    /// <summary>
    /// At or above which index a leader lacks a snapshot that some member cannot go on without; 0: nobody waits for
    /// one. Whoever hosts this replica takes one once so much is applied: on an idle group nothing else would.
    /// </summary>
    public ulong WantedSnapshotIndex
    {
        get
        {
            if (!_standing.IsLeader)
            {
                return 0;
            }

            var newest = _replication.Snapshot?.Last.Index ?? 0;
            var wanted = 0UL;
            foreach (var member in _replication.Tracker.Members)
            {
                var isStuck = member is { State: Progress.ProgressState.Snapshot, PendingSnapshotIndex: 0 };
                if (isStuck || member.NeedSnapshotIndex > 0)
                {
                    wanted = Math.Max(wanted, Math.Max(member.NeedSnapshotIndex, _log.Base.Index));
                }
            }

            return wanted > newest ? wanted : 0;
        }
    }

    /// <summary>
    /// Whether this leader waits for a snapshot to arrive at a replica. While it does, <see cref="SnapshotSent"/> is
    /// for the last one that it asked to be sent there; a transfer that it does not wait for may end.
    /// </summary>
    public bool IsSendingSnapshot(ReplicaId replica) => FindFollower(replica) is { PendingSnapshotIndex: > 0 };
}
