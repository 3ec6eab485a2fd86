namespace Sampan.Testing.Files;

/// <summary>A directory: the names as its users see them, and the names that are sure to survive a crash.</summary>
internal sealed class StoredDirectory : StoredEntry
{
    /// <summary>What a user sees.</summary>
    public SortedDictionary<string, StoredEntry> Live { get; } = new(StringComparer.Ordinal);

    /// <summary>What a crash keeps.</summary>
    public SortedDictionary<string, StoredEntry> Durable { get; } = new(StringComparer.Ordinal);
}
