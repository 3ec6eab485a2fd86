using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Applying;

/// <summary>
/// What a state machine is given next: in this order a snapshot, entries, reads, a request for a snapshot.
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

    /// <summary>What became of the snapshot under way, if something did.</summary>
    public SnapshotEnd SnapshotEnd { get; init; }

    /// <summary>How large that snapshot is, if it succeeded.</summary>
    public long SnapshotBytes { get; init; }

    /// <summary>The replica goes no further, and this is why: what waits in the lane fails.</summary>
    public RaftErrorCode? End { get; init; }

    /// <summary>Somebody asked for a snapshot.</summary>
    public PendingRequest? SnapshotRequest { get; init; }
}
