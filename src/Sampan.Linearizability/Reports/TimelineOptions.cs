namespace Sampan.Linearizability.Reports;

/// <summary>How much a timeline shows.</summary>
public sealed record TimelineOptions
{
    /// <summary>The title of the page.</summary>
    public string Title { get; init; } = "History";

    /// <summary>
    /// Operations to draw, and to list in order, at most: those around the one that could not be placed, or the first.
    /// </summary>
    public int OperationsMax { get; init; } = 400;

    /// <summary>Throws <see cref="ArgumentOutOfRangeException"/> for a bound that is not positive.</summary>
    public void Validate() => Bound.RequirePositive(OperationsMax, nameof(OperationsMax));
}
