namespace Sampan.Linearizability.Transactions;

/// <summary>One edge of a cycle: the first transaction must come before the second.</summary>
public readonly record struct Dependency
{
    /// <summary>The transaction that must come first.</summary>
    public required OperationId From { get; init; }

    /// <summary>The transaction that must come later.</summary>
    public required OperationId To { get; init; }

    /// <summary>Why.</summary>
    public required DependencyKind Kind { get; init; }

    /// <summary>The key; null for orders of processes and time.</summary>
    public string? Key { get; init; }

    /// <summary>The value that was written, read or not seen.</summary>
    public long? Value { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        DependencyKind.WriteWrite => $"{To} wrote {Value} of {Key} after a version of {From}",
        DependencyKind.WriteRead => $"{To} read {Value} of {Key}, which {From} wrote",
        DependencyKind.ReadWrite => $"{From} did not see {Value} of {Key}, which {To} wrote",
        DependencyKind.Process => $"one process ran {From} before {To}",
        _ => $"{From} returned before {To} was invoked",
    };
}
