using Sampan.Simulation.Faults;

namespace Sampan.Simulation;

/// <summary>What a simulation that broke no promise was like.</summary>
public sealed record SimulationReport
{
    /// <summary>The seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Follows from all events: two runs of a seed have the same.</summary>
    public required ulong Hash { get; init; }

    /// <summary>Events in all.</summary>
    public required long Events { get; init; }

    /// <summary>Simulated time.</summary>
    public required TimeSpan Elapsed { get; init; }

    /// <summary>
    /// Whether the search for an order of all calls came to its end; it may be too long for its bounds.
    /// </summary>
    public required bool IsJudged { get; init; }

    /// <summary>What kind of cluster it was.</summary>
    public required string Shape { get; init; }

    /// <summary>What went wrong, and how often; what never did is missing.</summary>
    public required IReadOnlyDictionary<FaultKind, long> Faults { get; init; }

    /// <summary>Writes that were acknowledged.</summary>
    public required int Writes { get; init; }

    /// <summary>Reads that were answered.</summary>
    public required int Reads { get; init; }

    /// <summary>Requests that failed in some way that is allowed.</summary>
    public required int Failures { get; init; }

    /// <summary>Crashes of stores.</summary>
    public required int Crashes { get; init; }
}
