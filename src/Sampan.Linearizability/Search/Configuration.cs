namespace Sampan.Linearizability.Search;

/// <summary>
/// Where a search stands: the placed operations by what is missing from them, and the state. Hash covers the answered
/// operations and the state, not the unanswered ones, so that configurations that may cover each other meet.
/// </summary>
internal readonly ref struct Configuration
{
    public required ulong Hash { get; init; }

    public required int State { get; init; }

    /// <summary>The operation whose return is the first that is still open.</summary>
    public required int OpenReturn { get; init; }

    /// <summary>Answered operations that were called before that return and are not placed, ascending.</summary>
    public required ReadOnlySpan<int> Missing { get; init; }

    /// <summary>
    /// Pairs of a class of unanswered operations and how many of it are placed, ascending, none of zero.
    /// </summary>
    public required ReadOnlySpan<int> Unanswered { get; init; }
}
