namespace Sampan.Simulation;

/// <summary>
/// What a simulation is to do; everything else follows from the seed, also what is left null here.
/// </summary>
public sealed record SimulationOptions
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Events before the faults stop.</summary>
    public long Events { get; init; } = 5000;

    /// <summary>Stores, from 1 to 16; null: drawn.</summary>
    public int? Stores { get; init; }

    /// <summary>Voters of each group at the beginning, from 1 to 7; null: drawn.</summary>
    public int? Voters { get; init; }

    /// <summary>Learners of each group at the beginning, from 0 to 3; null: drawn.</summary>
    public int? Learners { get; init; }

    /// <summary>Groups; null: drawn, up to 16.</summary>
    public int? Groups { get; init; }

    /// <summary>Clients, each of which waits for an answer before it asks again; null: drawn.</summary>
    public int? Clients { get; init; }

    /// <summary>What the groups replicate; null: drawn.</summary>
    public SimulatedWorkload? Workload { get; init; }

    /// <summary>A state machine of one's own that the groups replicate; null: those of the workload.</summary>
    public MachineUnderTest? Machine { get; init; }

    /// <summary>Whether anything goes wrong.</summary>
    public bool HasFaults { get; init; } = true;

    /// <summary>T of all groups.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(300);

    /// <summary>Throws <see cref="ArgumentException"/> naming the setting, its value and what is allowed.</summary>
    public void Validate()
    {
        Require(Events > 0, nameof(Events), $"{Events}", "above 0");
        Require(Stores is null or (>= 1 and <= 16), nameof(Stores), $"{Stores}", "from 1 to 16");
        Require(
            Voters is null || (Voters is >= 1 and <= 7 && Voters <= (Stores ?? 7)),
            nameof(Voters),
            $"{Voters}",
            "from 1 to 7, and no more than stores");
        Require(Learners is null or (>= 0 and <= 3), nameof(Learners), $"{Learners}", "from 0 to 3");
        Require(Groups is null or > 0, nameof(Groups), $"{Groups}", "above 0");
        Require(Clients is null or > 0, nameof(Clients), $"{Clients}", "above 0");
        Require(
            Workload is null || Enum.IsDefined(Workload.Value), nameof(Workload), $"{Workload}", "one of its names");
        Require(
            Machine is null || Machine.CompareEvery > 0, "Machine.CompareEvery", $"{Machine?.CompareEvery}", "above 0");
        Require(Machine is null || Workload is null, nameof(Workload), $"{Workload}", "null beside a Machine");
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
