using Sampan.Base;

namespace Sampan.Testing.Files;

/// <summary>
/// A file: its bytes as users see them, its bytes that are sure to survive a crash, and the changes between the two in
/// the order in which they were made.
/// </summary>
internal sealed class StoredFile : StoredEntry
{
    private readonly List<FileChange> _changes = [];

    // Pages as they were before the last sync that changed them, for damage by lost writes.
    private readonly SortedDictionary<long, byte[]> _earlier = [];

    private FilePages _durable = new();

    /// <summary>What a user sees.</summary>
    public FilePages Live { get; private set; } = new();

    /// <summary>Whether a lock on it is held.</summary>
    public bool IsLocked { get; set; }

    /// <summary>The same file, from here on apart. A copy has no holder of its lock.</summary>
    public StoredFile Clone()
    {
        var copy = new StoredFile { Live = Live.Clone(), _durable = _durable.Clone() };
        copy._changes.AddRange(_changes);
        foreach (var (page, bytes) in _earlier)
        {
            copy._earlier.Add(page, bytes);
        }

        return copy;
    }

    /// <summary>Writes into the cache.</summary>
    public void Write(long offset, ReadOnlySpan<byte> from, FileCallTimes times)
    {
        if (from.Length == 0)
        {
            return;
        }

        Live.Write(offset, from);
        Note(FileChangeKind.Write, offset, offset + from.Length, times);
    }

    /// <summary>Cuts or extends in the cache.</summary>
    public void SetLength(long length, FileCallTimes times)
    {
        if (length == Live.LengthBytes)
        {
            return;
        }

        var kind = length < Live.LengthBytes ? FileChangeKind.Cut : FileChangeKind.Write;
        Live.SetLength(length);
        // Of a cut only the sector at the new end has bytes to write; an extension writes none.
        var end = kind == FileChangeKind.Cut && length % FilePages.SectorBytes > 0 ? length + 1 : length;
        Note(kind, length, end, times);
    }

    /// <summary>Everything noted so far is durable once the call has ended.</summary>
    public void Sync(FileCallTimes times, Instant floor)
    {
        if (_changes.Count > 0)
        {
            _changes.Add(new FileChange { Kind = FileChangeKind.Sync, Began = times.Began, Ended = times.Ended });
            Settle(floor);
        }
    }

    /// <summary>
    /// A sync failed, and the cache forgot what it had not written: parts of what was noted never become durable, and
    /// the next sync knows nothing of them (F1).
    /// </summary>
    public void FailSync(Prng prng)
    {
        // What an earlier sync promised is not this one's to lose, though its time may not have come yet.
        var first = _changes.FindLastIndex(change => change.Kind == FileChangeKind.Sync) + 1;
        var unsynced = _changes[first..];
        _changes.RemoveRange(first, unsynced.Count);
        var losesAll = prng.Chance(1, 2);
        foreach (var change in unsynced)
        {
            if (change.IsLost)
            {
                _changes.Add(change);
                continue;
            }

            var sectors = change.EndSector - change.FirstSector;
            var cut = change.FirstSector + (sectors > 1 ? 1 + (long)prng.NextBelow((ulong)sectors - 1) : sectors);
            _changes.Add(Fate(change.Part(change.FirstSector, cut)));
            if (cut < change.EndSector)
            {
                _changes.Add(Fate(change.Part(cut, change.EndSector)));
            }
        }

        if (prng.Chance(1, 2))
        {
            DropCache();
        }

        FileChange Fate(FileChange part) => losesAll || prng.Chance(1, 2) ? part.Lost() : part;
    }

    /// <summary>Reads come from the disk from here on: what a failed sync lost is gone for its users too.</summary>
    public void DropCache()
    {
        var live = _durable.Clone();
        foreach (var change in _changes)
        {
            ApplyTo(live, change);
        }

        Live = live;
    }

    /// <summary>Makes durable what syncs promised that ended by <paramref name="floor"/>.</summary>
    public void Settle(Instant floor)
    {
        var last = _changes.FindLastIndex(change => change.Kind == FileChangeKind.Sync && change.Ended <= floor);
        if (last < 0)
        {
            return;
        }

        var settled = _changes.GetRange(0, last);
        foreach (var change in settled.Where(change => change.Kind != FileChangeKind.Sync && !change.IsLost))
        {
            Remember(change);
        }

        foreach (var change in settled)
        {
            ApplyTo(_durable, change);
        }

        _changes.RemoveRange(0, last + 1);
    }

    /// <summary>Takes back what had not begun by <paramref name="at"/>: the process died before it could.</summary>
    public void TakeBack(Instant at)
    {
        if (_changes.RemoveAll(change => change.Began > at) > 0)
        {
            DropCache();
        }
    }

    /// <summary>What a power failure leaves: drawn from all that a disk may do.</summary>
    public void LosePower(Prng prng, bool mayTear)
    {
        _changes.RemoveAll(change => change.Kind == FileChangeKind.Sync || change.IsLost);
        _durable = CrashDraw.Survivor(_durable, _changes, prng, mayTear);
        _changes.Clear();
        Live = _durable.Clone();
        IsLocked = false;
    }

    /// <summary>Damages a sector of the disk, and of the cache above it.</summary>
    public void Damage(long sector, SectorDamage damage, Prng prng)
    {
        var bytes = _durable.Image(sector, 1);
        var page = sector * FilePages.SectorBytes / FilePages.PageBytes;
        switch (damage)
        {
            case SectorDamage.FlippedBit:
                // Only bits within the file: beyond its end nobody looks.
                var length = Math.Clamp(_durable.LengthBytes - (sector * FilePages.SectorBytes), 1, bytes.Length);
                bytes[prng.NextBelow((int)length)] ^= (byte)(1 << prng.NextBelow(8));
                break;
            case SectorDamage.Zeroed:
                Array.Clear(bytes);
                break;
            case SectorDamage.Stale when _earlier.TryGetValue(page, out var earlier):
                var within = (int)(sector * FilePages.SectorBytes % FilePages.PageBytes);
                earlier.AsSpan(within, FilePages.SectorBytes).CopyTo(bytes);
                break;
            default:
                Array.Clear(bytes);
                break;
        }

        _durable.Patch(sector * FilePages.SectorBytes, bytes);
        Live.Patch(sector * FilePages.SectorBytes, bytes);
    }

    private void Note(FileChangeKind kind, long start, long end, FileCallTimes times)
    {
        var first = start / FilePages.SectorBytes;
        var behind = (end + FilePages.SectorBytes - 1) / FilePages.SectorBytes;
        _changes.Add(new FileChange
        {
            Kind = kind,
            Began = times.Began,
            Ended = times.Ended,
            LengthBytes = Live.LengthBytes,
            FirstSector = first,
            Image = end > start ? Live.Image(first, (int)(behind - first)) : [],
        });
    }

    private void Remember(FileChange change)
    {
        const int SectorsPerPage = FilePages.PageBytes / FilePages.SectorBytes;
        for (var page = change.FirstSector / SectorsPerPage; page * SectorsPerPage < change.EndSector; page++)
        {
            _earlier[page] = _durable.Image(page * SectorsPerPage, SectorsPerPage);
        }
    }

    private static void ApplyTo(FilePages pages, FileChange change)
    {
        if (change.Kind != FileChangeKind.Sync && !change.IsLost)
        {
            pages.SetLength(change.LengthBytes);
            pages.Patch(change.FirstSector * FilePages.SectorBytes, change.Image);
        }
    }
}
