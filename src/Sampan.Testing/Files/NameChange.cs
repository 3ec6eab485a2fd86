namespace Sampan.Testing.Files;

/// <summary>A change of names that a crash may still undo. A rename is one change: never half of it survives.</summary>
internal sealed class NameChange
{
    /// <summary>What it is.</summary>
    public required NameChangeKind Kind { get; init; }

    /// <summary>When the call began and ended.</summary>
    public required FileCallTimes Times { get; init; }

    /// <summary>The name that is no longer bound; of a sync, the directory.</summary>
    public DirectoryName? From { get; init; }

    /// <summary>The name that is bound now.</summary>
    public DirectoryName? To { get; init; }

    /// <summary>What was created, deleted or renamed; none of a sync.</summary>
    public StoredEntry? Entry { get; init; }

    /// <summary>Whether a failed sync lost it: it never becomes durable.</summary>
    public bool IsLost { get; init; }

    /// <summary>Whether <see cref="From"/>, or nothing, is still to be synced.</summary>
    public bool IsFromSynced { get; init; }

    /// <summary>Whether <see cref="To"/>, or nothing, is still to be synced.</summary>
    public bool IsToSynced { get; init; }

    /// <summary>Whether it touches a name in the directory.</summary>
    public bool IsIn(StoredDirectory directory) => From?.Directory == directory || To?.Directory == directory;

    /// <summary>Whether this change can only survive together with an earlier one.</summary>
    public bool Needs(NameChange earlier)
    {
        var sharesName = earlier.Touches(From) || earlier.Touches(To);
        // A directory is deleted only when it is empty, on the disk as in memory.
        var empties = Kind == NameChangeKind.Delete && Entry is StoredDirectory directory && earlier.IsIn(directory);
        return sharesName || empties;
    }

    /// <summary>A copy with a mark changed, or with entries exchanged for those of a copied disk.</summary>
    public NameChange With(
        bool isLost,
        bool isFromSynced,
        bool isToSynced,
        Func<StoredEntry, StoredEntry>? exchange = null) => new()
        {
            Kind = Kind,
            Times = Times,
            From = Exchanged(From, exchange),
            To = Exchanged(To, exchange),
            Entry = Entry is null || exchange is null ? Entry : exchange(Entry),
            IsLost = isLost,
            IsFromSynced = isFromSynced,
            IsToSynced = isToSynced,
        };

    private bool Touches(DirectoryName? name) => name is not null && (From == name || To == name);

    private static DirectoryName? Exchanged(DirectoryName? name, Func<StoredEntry, StoredEntry>? exchange) =>
        name is not { } old || exchange is null
            ? name
            : new DirectoryName((StoredDirectory)exchange(old.Directory), old.Name);
}
