using Sampan.Base;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation;

/// <summary>
/// Somebody's own state machine, put under every fault of the simulation: <see cref="SimulationOptions.Machine"/>. All
/// replicas must give the same results and the same answers, and, now and then, the same bytes of a snapshot.
/// </summary>
public sealed record MachineUnderTest
{
    /// <summary>
    /// Makes the factory of a store's state machines, whenever that store starts. They live in memory: their
    /// <see cref="IStateMachine.AppliedIndex"/> is 0 at start. Everything happens on one thread.
    /// </summary>
    public required Func<IStateMachineFactory> Machines { get; init; }

    /// <summary>Draws a command; of its randomness only, so that a seed stays the same history.</summary>
    public required Func<Prng, ReadOnlyMemory<byte>> NextCommand { get; init; }

    /// <summary>Draws a query; null: none is asked.</summary>
    public Func<Prng, ReadOnlyMemory<byte>>? NextQuery { get; init; }

    /// <summary>
    /// After how many indexes replicas compare their snapshots byte by byte. A machine of gigabytes wants fewer; 1
    /// finds the very command after which replicas differ.
    /// </summary>
    public int CompareEvery { get; init; } = 16;
}
