namespace Sampan.Simulation;

/// <summary>What a simulation is to do; everything else follows from the seed.</summary>
public sealed record SimulationOptions
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Events before the faults stop.</summary>
    public long Events { get; init; } = 5000;

    /// <summary>Stores.</summary>
    public int Stores { get; init; } = 3;

    /// <summary>Groups; each has a replica on three stores, or on all if there are fewer.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Clients, each of which waits for an answer before it asks again.</summary>
    public int Clients { get; init; } = 6;

    /// <summary>What the groups replicate.</summary>
    public SimulatedWorkload Workload { get; init; }

    /// <summary>Whether anything goes wrong.</summary>
    public bool HasFaults { get; init; } = true;

    /// <summary>A defect that is planted.</summary>
    public PlantedBug Bug { get; init; }

    /// <summary>T of all groups.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Throws <see cref="ArgumentException"/> naming the setting, its value and what is allowed.</summary>
    public void Validate()
    {
        Require(Events > 0, nameof(Events), $"{Events}", "above 0");
        Require(Stores is >= 1 and <= 16, nameof(Stores), $"{Stores}", "from 1 to 16");
        Require(Groups > 0, nameof(Groups), $"{Groups}", "above 0");
        Require(Clients > 0, nameof(Clients), $"{Clients}", "above 0");
        Require(Enum.IsDefined(Workload), nameof(Workload), $"{Workload}", "one of its names");
        Require(ElectionTimeout > TimeSpan.Zero, nameof(ElectionTimeout), $"{ElectionTimeout}", "above 0");
    }

    private static void Require(bool condition, string setting, string value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
