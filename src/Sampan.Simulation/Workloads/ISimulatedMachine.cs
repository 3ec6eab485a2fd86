using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Workloads;

/// <summary>
/// A state machine whose commands and queries are <see cref="RegisterCodec"/>'s, and which replicas can be compared by.
/// </summary>
internal interface ISimulatedMachine : IStateMachine
{
    /// <summary>The last index that counts as applied.</summary>
    ulong LastIndex { get; }

    /// <summary>Equal on replicas that applied the same.</summary>
    ulong Hash { get; }
}
