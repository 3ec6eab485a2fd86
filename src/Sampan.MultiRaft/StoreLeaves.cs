using Sampan.Base;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft;

/// <summary>What a store is built from; all of it is simulated in the simulator, and nothing else is.</summary>
public sealed record StoreLeaves
{
    /// <summary>The log, opened and recovered.</summary>
    public required ILogStorage Log { get; init; }

    /// <summary>What the log held.</summary>
    public required RecoveredStore Recovered { get; init; }

    /// <summary>The snapshots.</summary>
    public required ISnapshotStorage Snapshots { get; init; }

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

    /// <summary>Hears what happens in the store; must only take notes.</summary>
    public required IStoreEvents Observer { get; init; }
}
