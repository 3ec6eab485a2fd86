using Sampan.Base;
using Sampan.Io;
using Sampan.MultiRaft;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Store;

/// <summary>
/// The leaves that a store is built from. A server and an embedding program pass real ones, the simulator simulated
/// ones; the store is the same.
/// </summary>
public sealed record StoreParts
{
    /// <summary>
    /// The settings. <see cref="StoreOptions.Incarnation"/>, fresh random bits, counts only if the data directory is
    /// empty; else the directory's own takes its place.
    /// </summary>
    public required StoreOptions Options { get; init; }

    /// <summary>Which workers share a thread.</summary>
    public StoreThreads Threads { get; init; } = new();

    /// <summary>The file system.</summary>
    public required IFileSystem Files { get; init; }

    /// <summary>The data directory, whose parent exists.</summary>
    public required string DataPath { get; init; }

    /// <summary>Bytes of a segment of the log.</summary>
    public int SegmentBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>The way to other stores.</summary>
    public required ITransport Transport { get; init; }

    /// <summary>Makes state machines.</summary>
    public required IStateMachineFactory Machines { get; init; }

    /// <summary>Runs the workers.</summary>
    public required IWorkerRunner Runner { get; init; }

    /// <summary>The way back to whoever awaits requests.</summary>
    public required ICompletionQueue Completions { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Randomness; it belongs to the store from here on.</summary>
    public required Prng Prng { get; init; }

    /// <summary>Hears what happens.</summary>
    public required IStoreEvents Events { get; init; }

    /// <summary>Stands between the store and its log; null: nothing does. For checkers.</summary>
    public ILogTap? LogTap { get; init; }
}
