using Sampan.Base;

namespace Sampan.Testing.Files;

/// <summary>
/// Draws what a power failure leaves of a file whose last changes were not synced. A sector on the disk is as it was at
/// some moment since the last sync, each sector at a moment of its own; the length is the old one, the new one or one
/// between; a sector may be torn at any byte. Histories that programs get wrong are drawn more often than chance would:
/// nothing survives, everything does, or a prefix with its last write torn.
/// </summary>
internal static class CrashDraw
{
    /// <summary>The bytes of the file after the failure.</summary>
    public static FilePages Survivor(FilePages durable, List<FileChange> changes, Prng prng, bool mayTear)
    {
        var survivor = durable.Clone();
        if (changes.Count == 0)
        {
            return survivor;
        }

        switch (prng.NextBelow(6))
        {
            case 0:
                return survivor;
            case 1:
                changes.ForEach(change => Apply(survivor, change));
                return survivor;
            case 2:
            case 3:
                Prefix(survivor, changes, prng, mayTear);
                return survivor;
            default:
                Scattered(survivor, changes, prng, mayTear);
                return survivor;
        }
    }

    private static void Prefix(FilePages survivor, List<FileChange> changes, Prng prng, bool mayTear)
    {
        var whole = prng.NextBelow(changes.Count);
        for (var i = 0; i < whole; i++)
        {
            Apply(survivor, changes[i]);
        }

        var torn = changes[whole];
        var bytes = prng.NextBelow(torn.Image.Length + 1);
        bytes -= mayTear ? 0 : bytes % FilePages.SectorBytes;
        var start = torn.FirstSector * FilePages.SectorBytes;
        if (torn.Kind == FileChangeKind.Cut || prng.Chance(1, 2))
        {
            survivor.SetLength(torn.LengthBytes);
        }
        else
        {
            // The length follows the bytes that arrived, as in a file that is written at its end.
            survivor.SetLength(Math.Clamp(start + bytes, survivor.LengthBytes, Math.Max(
                survivor.LengthBytes,
                torn.LengthBytes)));
        }

        survivor.Patch(start, torn.Image.AsSpan(0, bytes));
    }

    // Each sector at a moment of its own. A cut is metadata and happens at one moment for all: a sector behind it never
    // shows bytes from the other side of it than the length does, or a cut could bring back what it had removed.
    private static void Scattered(FilePages survivor, List<FileChange> changes, Prng prng, bool mayTear)
    {
        var moment = prng.NextBelow(changes.Count + 1);
        for (var i = 0; i < moment; i++)
        {
            survivor.SetLength(changes[i].LengthBytes);
        }

        foreach (var (sector, touching) in Touched(changes))
        {
            touching.RemoveAll(index => !IsAllowed(index, sector, moment, changes));
            var choice = prng.NextBelow(touching.Count + 1);
            if (choice == 0)
            {
                continue;
            }

            var offset = sector * FilePages.SectorBytes;
            var bytes = FilePages.SectorBytes;
            if (mayTear && prng.Chance(1, 8))
            {
                bytes = prng.NextBelow(FilePages.SectorBytes);
                if (choice > 1)
                {
                    survivor.Patch(offset, changes[touching[choice - 2]].Sector(sector));
                }
            }

            survivor.Patch(offset, changes[touching[choice - 1]].Sector(sector)[..bytes]);
        }
    }

    private static SortedDictionary<long, List<int>> Touched(List<FileChange> changes)
    {
        var touched = new SortedDictionary<long, List<int>>();
        for (var i = 0; i < changes.Count; i++)
        {
            for (var sector = changes[i].FirstSector; sector < changes[i].EndSector; sector++)
            {
                if (!touched.TryGetValue(sector, out var indexes))
                {
                    touched[sector] = indexes = [];
                }

                indexes.Add(i);
            }
        }

        return touched;
    }

    private static bool IsAllowed(int index, long sector, int moment, List<FileChange> changes)
    {
        for (var cut = 0; cut < changes.Count; cut++)
        {
            var isBehind = changes[cut].Kind == FileChangeKind.Cut
                && (sector + 1) * FilePages.SectorBytes > changes[cut].LengthBytes;
            if (isBehind && (cut < moment) != (index >= cut))
            {
                return false;
            }
        }

        return true;
    }

    private static void Apply(FilePages survivor, FileChange change)
    {
        survivor.SetLength(change.LengthBytes);
        survivor.Patch(change.FirstSector * FilePages.SectorBytes, change.Image);
    }
}
