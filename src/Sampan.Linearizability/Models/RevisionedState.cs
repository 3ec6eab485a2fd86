namespace Sampan.Linearizability.Models;

/// <summary>
/// A key of a store with revisions. The revision of an unanswered change is not known at first, only between which
/// bounds it lies; whatever is answered later narrows them.
/// </summary>
public readonly record struct RevisionedState
{
    /// <summary>The value; null if the key is not there.</summary>
    public string? Value { get; init; }

    /// <summary>The least revision in which it can have been set; 0 if it is not there.</summary>
    public long ModRevisionMin { get; init; }

    /// <summary>The greatest; the same if the revision is known.</summary>
    public long ModRevisionMax { get; init; }

    /// <summary>The least revision that the store can have.</summary>
    public long StoreRevisionMin { get; init; }

    /// <inheritdoc/>
    public override string ToString()
    {
        var mod = ModRevisionMin == ModRevisionMax ? $"{ModRevisionMin}" : $"{ModRevisionMin} or later";
        var key = Value is null ? "no key" : $"{Value} of {mod}";
        return $"{key}, store at {StoreRevisionMin}";
    }
}
