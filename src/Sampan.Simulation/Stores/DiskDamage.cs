using Sampan.Base;
using Sampan.Io;
using Sampan.Simulation.Checks;
using Sampan.Simulation.Faults;
using Sampan.Storage.Log;
using Sampan.Testing.Files;

namespace Sampan.Simulation.Stores;

/// <summary>
/// Damage to the disk of a store that is down. The last batch of the log is spared: damage to it cannot be told from a
/// torn tail before it is marked as synced, as durability.md admits.
/// </summary>
internal static class DiskDamage
{
    private const int SectorBytes = 512;
    private const string LogPath = StoreLife.DataPath + "/log";

    /// <summary>Inflicts it; false if the disk has nothing of that kind.</summary>
    public static bool TryInflict(FaultKind kind, SimulatedFileSystem files, StoreImage image, Prng prng) => kind switch
    {
        FaultKind.LogBitFlipped => TryHitLog(files, image, SectorDamage.FlippedBit, prng),
        FaultKind.LogSectorZeroed => TryHitLog(files, image, SectorDamage.Zeroed, prng),
        FaultKind.LogSectorStale => TryHitLog(files, image, SectorDamage.Stale, prng),
        FaultKind.LogTruncated => TryCutSegment(files, image, prng),
        FaultKind.SegmentMissing => TryDeleteSegment(files, image, prng),
        FaultKind.SnapshotDamaged => TryHitFile(files, "/store/snapshots", prng),
        FaultKind.IdentityDamaged => TryHitFile(files, "/store/store.json", prng),
        _ => false,
    };

    private static bool TryHitLog(SimulatedFileSystem files, StoreImage image, SectorDamage damage, Prng prng)
    {
        var places = new List<(string Path, BatchReport Batch)>();
        var inspector = Inspector(files, image);
        foreach (var segment in Segments(files, image))
        {
            places.AddRange(inspector.ReadBatches(segment.Sequence)
                .Where(batch => batch.Kind is HeaderKind.Batch or HeaderKind.State)
                .Select(batch => (segment.Path, batch)));
        }

        if (places.Count < 2)
        {
            return false;
        }

        var (path, hit) = places[prng.NextBelow(places.Count - 1)];
        var sector = (hit.OffsetBytes / SectorBytes) + prng.NextBelow(hit.LengthBytes / SectorBytes);
        files.Damage(path, sector, damage, prng);
        return true;
    }

    // Not the last one: what was cut off there could be all of the last batch.
    private static bool TryCutSegment(SimulatedFileSystem files, StoreImage image, Prng prng)
    {
        var segments = Segments(files, image);
        if (segments.Count < 2)
        {
            return false;
        }

        var segment = segments[prng.NextBelow(segments.Count - 1)];
        using var file = files.Open(segment.Path, FileOpenMode.ReadWrite);
        file.SetLength(prng.NextBelow((int)segment.LengthBytes));
        file.Sync();
        return true;
    }

    private static bool TryDeleteSegment(SimulatedFileSystem files, StoreImage image, Prng prng)
    {
        var segments = Segments(files, image);
        if (segments.Count < 2)
        {
            return false;
        }

        files.DeleteFile(segments[prng.NextBelow(segments.Count - 1)].Path);
        files.SyncDirectory(LogPath);
        return true;
    }

    private static bool TryHitFile(SimulatedFileSystem files, string prefix, Prng prng)
    {
        var paths = files.Tree()
            .Where(path => path.StartsWith(prefix, StringComparison.Ordinal) && !path.EndsWith('/')
                && !path.Contains(".tmp", StringComparison.Ordinal) && files.Peek(path).Length > 0)
            .ToArray();
        if (paths.Length == 0)
        {
            return false;
        }

        var path = paths[prng.NextBelow(paths.Length)];
        var sectors = (files.Peek(path).Length + SectorBytes - 1) / SectorBytes;
        files.Damage(path, prng.NextBelow(sectors), SectorDamage.FlippedBit, prng);
        return true;
    }

    private static LogInspector Inspector(SimulatedFileSystem files, StoreImage image) =>
        new(files, LogPath, image.Incarnation);

    private static List<SegmentReport> Segments(SimulatedFileSystem files, StoreImage image) =>
        [.. Inspector(files, image).ReadSegments().Where(segment => segment.IsOpened)];
}
