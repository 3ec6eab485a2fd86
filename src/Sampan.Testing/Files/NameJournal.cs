using Sampan.Base;

namespace Sampan.Testing.Files;

/// <summary>
/// The changes of names that are not yet durable, of all directories, in the order in which they were made. What a
/// crash keeps of them is any subset that a file system with a journal could have written: a change survives only with
/// those it needs (see <see cref="NameChange.Needs"/>), and no rename survives by half. A rename between two
/// directories is durable when both were synced.
/// </summary>
internal sealed class NameJournal
{
    private readonly List<NameChange> _changes = [];

    /// <summary>Notes a change that users see already.</summary>
    public void Add(NameChange change) => _changes.Add(change);

    /// <summary>The same journal over the entries of a copied disk.</summary>
    public NameJournal Clone(Func<StoredEntry, StoredEntry> exchange)
    {
        var copy = new NameJournal();
        copy._changes.AddRange(_changes.Select(
            change => change.With(change.IsLost, change.IsFromSynced, change.IsToSynced, exchange)));
        return copy;
    }

    /// <summary>Entries that a change names, so that a copy of the disk finds them.</summary>
    public IEnumerable<StoredEntry> Entries()
    {
        foreach (var change in _changes)
        {
            foreach (var entry in new[] { change.From?.Directory, change.To?.Directory, change.Entry })
            {
                if (entry is not null)
                {
                    yield return entry;
                }
            }
        }
    }

    /// <summary>The directory's names are durable once the call has ended.</summary>
    public void Sync(StoredDirectory directory, FileCallTimes times, Instant floor)
    {
        if (_changes.Exists(change => change.IsIn(directory)))
        {
            _changes.Add(new NameChange
            {
                Kind = NameChangeKind.Sync,
                Times = times,
                From = new DirectoryName(directory, string.Empty),
            });
            Settle(floor);
        }
    }

    /// <summary>The sync of a directory failed: some of its changes never become durable (F1).</summary>
    public void FailSync(StoredDirectory directory, Prng prng)
    {
        // What an earlier sync of it promised is not this one's to lose, though its time may not have come yet.
        var first = _changes.FindLastIndex(change => change.Kind == NameChangeKind.Sync && change.IsIn(directory)) + 1;
        for (var i = first; i < _changes.Count; i++)
        {
            var change = _changes[i];
            if (change.Kind != NameChangeKind.Sync && change.IsIn(directory) && prng.Chance(1, 2))
            {
                _changes[i] = change.With(isLost: true, change.IsFromSynced, change.IsToSynced);
            }
        }
    }

    /// <summary>Makes durable what syncs promised that ended by <paramref name="floor"/>.</summary>
    public void Settle(Instant floor)
    {
        int marker;
        while ((marker = _changes.FindIndex(
            change => change.Kind == NameChangeKind.Sync && change.Times.Ended <= floor)) >= 0)
        {
            // Its marker says so: a sync names its directory.
            Settle(marker, _changes[marker].From!.Value.Directory);
        }
    }

    /// <summary>Takes back what had not begun by <paramref name="at"/>; whether there was such a change.</summary>
    public bool TakeBack(Instant at) => _changes.RemoveAll(change => change.Times.Began > at) > 0;

    /// <summary>Repeats the changes on what users see, after it was reset to what is durable.</summary>
    public void Replay()
    {
        foreach (var change in _changes)
        {
            Apply(change, directory => directory.Live);
        }
    }

    /// <summary>What a power failure leaves of the changes, drawn; the journal is empty afterwards.</summary>
    public void LosePower(Prng prng)
    {
        _changes.RemoveAll(change => change.Kind == NameChangeKind.Sync || change.IsLost);
        var style = prng.NextBelow(4);
        var prefix = prng.NextBelow(_changes.Count + 1);
        for (var i = 0; i < _changes.Count; i++)
        {
            var isKept = style switch
            {
                0 => i < prefix,
                1 => true,
                _ => prng.Chance(1, 2),
            };
            if (isKept && IsPossible(_changes[i]))
            {
                Apply(_changes[i], directory => directory.Durable);
            }
        }

        _changes.Clear();
    }

    private void Settle(int marker, StoredDirectory directory)
    {
        var isNeeded = new bool[marker];
        for (var i = 0; i < marker; i++)
        {
            var change = _changes[i];
            if (change.Kind == NameChangeKind.Sync)
            {
                continue;
            }

            change = change.With(
                change.IsLost,
                isFromSynced: change.IsFromSynced || change.From is null || change.From.Value.Directory == directory,
                isToSynced: change.IsToSynced || change.To is null || change.To.Value.Directory == directory);
            _changes[i] = change;
            isNeeded[i] = change.IsFromSynced && change.IsToSynced;
        }

        // Backwards, so that what is needed by what is needed is found too.
        for (var i = marker - 1; i >= 0; i--)
        {
            for (var j = 0; isNeeded[i] && j < i; j++)
            {
                isNeeded[j] |= _changes[j].Kind != NameChangeKind.Sync && _changes[i].Needs(_changes[j]);
            }
        }

        for (var i = 0; i < marker; i++)
        {
            if (isNeeded[i] && !_changes[i].IsLost)
            {
                Apply(_changes[i], owner => owner.Durable);
            }
        }

        _changes.RemoveAt(marker);
        for (var i = marker - 1; i >= 0; i--)
        {
            if (isNeeded[i])
            {
                _changes.RemoveAt(i);
            }
        }
    }

    // Whether what the change needs is on the disk.
    private static bool IsPossible(NameChange change)
    {
        if (change.From is { } from && Bound(from) != change.Entry)
        {
            return false;
        }

        if (change.Kind == NameChangeKind.Delete)
        {
            return change.Entry is not StoredDirectory { Durable.Count: > 0 };
        }

        return change.To is not { } to || Bound(to) is null
            || (change.Kind == NameChangeKind.Rename && Bound(to) is not StoredDirectory { Durable.Count: > 0 });
    }

    private static StoredEntry? Bound(DirectoryName name) => name.Directory.Durable.GetValueOrDefault(name.Name);

    private static void Apply(
        NameChange change,
        Func<StoredDirectory, SortedDictionary<string, StoredEntry>> names)
    {
        if (change.Entry is null)
        {
            return;
        }

        if (change.From is { } from && names(from.Directory).GetValueOrDefault(from.Name) == change.Entry)
        {
            names(from.Directory).Remove(from.Name);
        }

        if (change.To is { } to)
        {
            names(to.Directory)[to.Name] = change.Entry;
        }
    }
}
