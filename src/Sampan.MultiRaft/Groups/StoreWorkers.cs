using Sampan.Base;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Snapshots;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// The workers and ports that every replica of a store hands its work to; wired once by the store's host.
/// </summary>
internal sealed record StoreWorkers
{
    /// <summary>The settings.</summary>
    public required StoreOptions Options { get; init; }

    /// <summary>The clock.</summary>
    public required MonotonicClock Clock { get; init; }

    /// <summary>The way to other stores.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>The way back to doors.</summary>
    public required ICompletionQueue Completions { get; init; }

    /// <summary>Makes writes durable.</summary>
    public required LogWriter LogWriter { get; init; }

    /// <summary>Reads what is no longer in memory.</summary>
    public required LogReader LogReader { get; init; }

    /// <summary>Feeds state machines.</summary>
    public required ApplyWorker ApplyWorker { get; init; }

    /// <summary>Takes, sends and receives snapshots.</summary>
    public required SnapshotWorker SnapshotWorker { get; init; }

    /// <summary>
    /// Whether the disk is full, for the log or for snapshots: proposals are refused meanwhile. Any thread.
    /// </summary>
    public bool IsOutOfSpace => SnapshotWorker.IsOutOfSpace || LogWriter.MustSpareRoom;

    /// <summary>Hears what happens.</summary>
    public required IStoreEvents Observer { get; init; }
}
