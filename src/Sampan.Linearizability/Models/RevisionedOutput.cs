namespace Sampan.Linearizability.Models;

/// <summary>What a store with revisions answers.</summary>
public readonly record struct RevisionedOutput
{
    /// <summary>
    /// The revision of the whole store in the answer's header: of a change, its own; of anything else, the last one.
    /// </summary>
    public required long Revision { get; init; }

    /// <summary>The value that was read; null if the key was not there.</summary>
    public string? Value { get; init; }

    /// <summary>The revision in which the key that was read was set last; 0 if it was not there.</summary>
    public long ModRevision { get; init; }

    /// <summary>Whether a deletion found the key, or a comparison held; true for a put.</summary>
    public bool HasChanged { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        HasChanged ? $"changed at {Revision}" : $"{Value ?? "nil"} of {ModRevision} at {Revision}";
}
