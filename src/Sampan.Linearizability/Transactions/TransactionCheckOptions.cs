namespace Sampan.Linearizability.Transactions;

/// <summary>Bounds of a check of transactions, which is linear but for the search for short cycles.</summary>
public sealed record TransactionCheckOptions
{
    /// <summary>Anomalies to describe; all are counted.</summary>
    public int AnomaliesMax { get; init; } = 100;

    /// <summary>Dependencies to keep, some 24 bytes each. Beyond it a check without findings is unknown.</summary>
    public int DependenciesMax { get; init; } = 50_000_000;

    /// <summary>
    /// Dependencies to follow in search of the shortest cycle of the right name. Beyond it cycles are still found, but
    /// may be longer than need be and named after a stronger anomaly.
    /// </summary>
    public long CycleStepsMax { get; init; } = 200_000_000;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> for a bound that is not positive.</summary>
    public void Validate()
    {
        Bound.RequirePositive(AnomaliesMax, nameof(AnomaliesMax));
        Bound.RequirePositive(DependenciesMax, nameof(DependenciesMax));
        Bound.RequirePositive(CycleStepsMax, nameof(CycleStepsMax));
    }
}
