using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Applying;

/// <summary>
/// What a state machine is given next: in this order news of its snapshots, a snapshot, entries, reads, a wish for a
/// snapshot; or its end.
/// </summary>
internal sealed class ApplyWork
{
    /// <summary>Work for the state machine of a replica.</summary>
    public ApplyWork(ApplyLane lane) => Lane = lane;

    /// <summary>The state machine.</summary>
    public ApplyLane Lane { get; }

    /// <summary>A snapshot that replaces its state.</summary>
    public SnapshotMeta? Snapshot { get; init; }

    /// <summary>Committed entries, ascending.</summary>
    public IReadOnlyList<Entry> Entries { get; init; } = [];

    /// <summary>Who waits at this store for the results of these entries; null where nobody does.</summary>
    public IReadOnlyList<PendingRequest?> Waiters { get; init; } = [];

    /// <summary>Reads; each has its index.</summary>
    public IReadOnlyList<PendingRequest> Reads { get; init; } = [];

    /// <summary>What became of a snapshot, if something did.</summary>
    public SnapshotEnd SnapshotEnd { get; init; }

    /// <summary>The index of that snapshot, where it matters.</summary>
    public ulong SnapshotIndex { get; init; }

    /// <summary>How large that snapshot is, if it succeeded.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>The replica goes no further, and this is why: what waits in the lane fails.</summary>
    public RaftErrorCode? End { get; init; }

    /// <summary>Somebody asked for a snapshot.</summary>
    public PendingRequest? SnapshotRequest { get; init; }

    /// <summary>Some member needs a snapshot at or above this index; 0: none does.</summary>
    public ulong SnapshotWanted { get; init; }

    /// <summary>Why the state machine is given nothing more; null if it is.</summary>
    public string? Failure { get; init; }

    /// <summary>Whether its replica is gone, and with it what the state machine left on disk.</summary>
    public bool IsLast { get; init; }
}
