using Sampan.Base;
using Sampan.Io;

namespace Sampan.Testing.Files;

/// <content>Copies of the disk, and the ways in which a process loses it.</content>
public sealed partial class SimulatedFileSystem
{
    /// <summary>
    /// The whole disk as it is, from here on apart: what is synced, what is not, counters. Open files and locks stay
    /// with the original, faults and hooks too. It costs a few references for each page, so that a script can be copied
    /// before each of its calls.
    /// </summary>
    public SimulatedFileSystem Clone()
    {
        var copy = new SimulatedFileSystem(_seed)
        {
            CallCount = CallCount,
            CapacityBytes = CapacityBytes,
            MayTearSectors = MayTearSectors,
        };
        _counts.CopyTo(copy._counts, 0);
        // By reference: two entries are one only if they are the same one. It is never walked.
        var copies = new Dictionary<StoredEntry, StoredEntry>(ReferenceEqualityComparer.Instance);
        copy._root = (StoredDirectory)CopyOf(_root);
        copy._names = _names.Clone(CopyOf);
        return copy;

        StoredEntry CopyOf(StoredEntry entry)
        {
            if (copies.TryGetValue(entry, out var known))
            {
                return known;
            }

            if (entry is StoredFile file)
            {
                return copies[entry] = file.Clone();
            }

            var (old, fresh) = ((StoredDirectory)entry, new StoredDirectory());
            copies[entry] = fresh;
            foreach (var (name, inner) in old.Live)
            {
                fresh.Live.Add(name, CopyOf(inner));
            }

            foreach (var (name, inner) in old.Durable)
            {
                fresh.Durable.Add(name, CopyOf(inner));
            }

            return fresh;
        }
    }

    /// <summary>
    /// The power fails now: this file system is dead, and what the next start finds is returned. To see many outcomes
    /// of one moment, crash clones.
    /// </summary>
    public SimulatedFileSystem Crash(Prng prng) => Crash(prng, Instant.Never);

    /// <summary>
    /// The power fails at an instant of simulated time: calls that began later never happened, syncs that ended later
    /// promised nothing.
    /// </summary>
    public SimulatedFileSystem Crash(Prng prng, Instant at)
    {
        var next = Kill(at);
        next._names.Settle(at);
        next._names.LosePower(prng);
        // Also files that no name leads to yet: the order of draws follows from the disk alone.
        foreach (var entry in next.Reachable())
        {
            if (entry is StoredFile file)
            {
                file.Settle(at);
                file.LosePower(prng, MayTearSectors);
            }
            else if (entry is StoredDirectory directory)
            {
                Reset(directory);
            }
        }

        return next;
    }

    /// <summary>
    /// The process dies now, the machine lives on: everything written is there, what was not synced is still unsafe.
    /// This file system is dead, and what the next start finds is returned.
    /// </summary>
    public SimulatedFileSystem Kill() => Kill(Instant.Never);

    /// <summary>The process dies at an instant of simulated time: calls that began later never happened.</summary>
    public SimulatedFileSystem Kill(Instant at)
    {
        var next = Clone();
        IsDead = true;
        var entries = next.Reachable();
        if (next._names.TakeBack(at))
        {
            entries.OfType<StoredDirectory>().ToList().ForEach(Reset);
            next._names.Replay();
        }

        entries.OfType<StoredFile>().ToList().ForEach(file => file.TakeBack(at));
        return next;
    }

    /// <summary>
    /// The operating system drops its cache: what a failed sync lost is gone now for readers too. Everything else reads
    /// as before.
    /// </summary>
    public void DropCaches()
    {
        foreach (var entry in Reachable())
        {
            (entry as StoredFile)?.DropCache();
        }
    }

    /// <summary>Damages a sector (512 bytes, counted from 0) of a file, on the disk and for readers.</summary>
    public void Damage(string path, long sector, SectorDamage damage, Prng prng)
    {
        var file = FindEntry(path) as StoredFile
            ?? throw Failed(FileFailure.NotFound, "damage", path, "no such file");
        Invariant.Holds(sector >= 0 && sector * FilePages.SectorBytes < file.Live.LengthBytes);
        file.Damage(sector, damage, prng);
    }

    private static void Reset(StoredDirectory directory)
    {
        directory.Live.Clear();
        foreach (var (name, entry) in directory.Durable)
        {
            directory.Live.Add(name, entry);
        }
    }

    // Everything a user or a crash could still bring to light, each once, in an order that follows from the disk.
    private List<StoredEntry> Reachable()
    {
        var seen = new HashSet<StoredEntry>(ReferenceEqualityComparer.Instance);
        var found = new List<StoredEntry>();
        var open = new Stack<StoredEntry>([_root]);
        foreach (var entry in _names.Entries().Reverse())
        {
            open.Push(entry);
        }

        while (open.TryPop(out var entry))
        {
            if (!seen.Add(entry))
            {
                continue;
            }

            found.Add(entry);
            if (entry is StoredDirectory directory)
            {
                foreach (var inner in directory.Live.Values.Concat(directory.Durable.Values).Reverse())
                {
                    open.Push(inner);
                }
            }
        }

        return found;
    }
}
