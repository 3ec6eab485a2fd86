namespace Sampan.Testing.Workers;

/// <summary>What things take in a simulated process. A simulator changes them to have slow disks for a while.</summary>
public sealed record SimulatedLatencies
{
    /// <summary>The processor time of a worker's round; at least a tick, so that time passes.</summary>
    public LatencyRange Cpu { get; init; } = LatencyRange.Microseconds(1, 50);

    /// <summary>Reads, and calls that only look.</summary>
    public LatencyRange Read { get; init; } = LatencyRange.Microseconds(1, 100);

    /// <summary>Writes into the cache, and changes of names.</summary>
    public LatencyRange Write { get; init; } = LatencyRange.Microseconds(5, 100);

    /// <summary>Syncs.</summary>
    public LatencyRange Sync { get; init; } = LatencyRange.Microseconds(100, 2000);

    /// <summary>Syncs that are slow; see <see cref="SlowSyncOneIn"/>.</summary>
    public LatencyRange SlowSync { get; init; } = LatencyRange.Microseconds(2000, 200_000);

    /// <summary>One sync in so many is slow; none if 0.</summary>
    public uint SlowSyncOneIn { get; init; }

    /// <summary>From a worker to a waiter.</summary>
    public LatencyRange Completion { get; init; } = LatencyRange.Microseconds(1, 200);

    /// <summary>Nothing takes longer than it must.</summary>
    public static SimulatedLatencies None { get; } = new()
    {
        Cpu = default,
        Read = default,
        Write = default,
        Sync = default,
        SlowSync = default,
        Completion = default,
    };
}
