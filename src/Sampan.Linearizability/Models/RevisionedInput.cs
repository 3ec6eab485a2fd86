namespace Sampan.Linearizability.Models;

/// <summary>What is asked of a store with revisions.</summary>
public readonly record struct RevisionedInput
{
    /// <summary>What is done.</summary>
    public required RevisionedAction Action { get; init; }

    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The value to set.</summary>
    public string? Value { get; init; }

    /// <summary>The expected modification revision of <see cref="RevisionedAction.CompareAndPut"/>.</summary>
    public long ExpectedRevision { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Action switch
    {
        RevisionedAction.Get => $"get {Key}",
        RevisionedAction.Put => $"put {Key} {Value}",
        RevisionedAction.Delete => $"delete {Key}",
        _ => $"put {Key} {Value} if at {ExpectedRevision}",
    };
}
