using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>How the replicas of a <see cref="Cluster"/> are made.</summary>
internal sealed record ClusterOptions
{
    /// <summary>Where all randomness comes from.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>The parts of the protocol that are on.</summary>
    public ProtocolOptions Protocol { get; init; } = new();

    /// <summary>What the options of a replica are; the cluster fills in group, replica and boot id.</summary>
    public Func<ReplicaOptions, ReplicaOptions> Configure { get; init; } = options => options;

    /// <summary>What a bootstrapped replica starts from, if not from an empty log.</summary>
    public Func<Configuration, ReplicaState> Bootstrap { get; init; } = ReplicaState.Bootstrap;

    /// <summary>
    /// Whether an append, heartbeat or snapshot to a replica that does not exist creates it, as a store does.
    /// </summary>
    public bool CreatesReplicas { get; init; }

    /// <summary>What one Ready may carry where a test does not say.</summary>
    public ReadyBudget Budget { get; init; } = ReadyBudget.Unlimited;

    /// <summary>
    /// Whether each call of the cluster ends by doing all that the touched replica wants done, its disk included. If
    /// not, the test does that step by step.
    /// </summary>
    public bool ProcessesReady { get; init; } = true;
}
