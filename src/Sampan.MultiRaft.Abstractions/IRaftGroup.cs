using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// One group as doors and embedding users hold it, leader or not. Any thread. Failures are
/// <see cref="RaftException"/>s: their <see cref="RaftException.Outcome"/> says whether the request may still take
/// effect. Cancellation ends the wait, not the request.
/// </summary>
public interface IRaftGroup
{
    /// <summary>The group.</summary>
    GroupId Id { get; }

    /// <summary>What this store knows of it; a copy of one moment.</summary>
    GroupStatus Status { get; }

    /// <summary>
    /// Replicates a command and returns its result as this store's state machine gave it: durable on a quorum, applied
    /// here. A follower passes it to the leader, once.
    /// </summary>
    ValueTask<ApplyResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation);

    /// <summary>Reads this store's state machine, as fresh as <paramref name="consistency"/> asks.</summary>
    ValueTask<ReadResult> ReadAsync(
        ReadOnlyMemory<byte> query, ReadConsistency consistency, CancellationToken cancellation);

    /// <summary>
    /// Changes members; returns when the whole change, leaving the joint state included, is committed.
    /// </summary>
    ValueTask ChangeMembershipAsync(MembershipChange change, CancellationToken cancellation);

    /// <summary>Hands leadership over; none: to whoever is best placed. Returns when another replica leads.</summary>
    ValueTask TransferLeadershipAsync(ReplicaId target, CancellationToken cancellation);

    /// <summary>Takes a snapshot now and compacts the log as far as the rules allow.</summary>
    ValueTask TakeSnapshotAsync(CancellationToken cancellation);
}
