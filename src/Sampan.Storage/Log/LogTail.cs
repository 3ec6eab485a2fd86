using System.Globalization;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// Where a log seems to end: the batch behind the last good one, which is bad or was never written, in the last
/// segment. Tells a torn tail, which is cut, from damage.
/// </summary>
internal sealed class LogTail
{
    /// <summary>The segment.</summary>
    public required Segment Segment { get; init; }

    /// <summary>Reads it.</summary>
    public required SegmentReader Reader { get; init; }

    /// <summary>The sequence of the batch that is not there.</summary>
    public required ulong Batch { get; init; }

    /// <summary>Where it would begin.</summary>
    public required int Block { get; init; }

    /// <summary>The highest batch that the ends of earlier segments mark as synced.</summary>
    public required ulong MarkedBatch { get; init; }

    /// <summary>The path of a later segment that has its name and no header; null if there is none.</summary>
    public required string? NeverOpened { get; init; }

    /// <summary>
    /// Whether there may be no state block before it: there was none, or the segment before is there.
    /// </summary>
    public required bool MayBegin { get; init; }

    private bool IsState => Batch == Segment.FirstBatch;

    private bool HasHeader => Reader.TryReadHeader(Segment.Sequence, Block, out var header) && header.IsBatch
        && header.Batch == Batch;

    /// <summary>Says what is cut, or null for nothing; throws for damage.</summary>
    public string? Judge()
    {
        JudgeWhatFollows();
        JudgeWhatIsAround();
        return HasHeader
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"torn batch {Batch} cut (segment {Segment.Sequence}, offset {(long)Block * LogFormat.BlockBytes}, "
                + $"file {Segment.Path})")
            : null;
    }

    /// <summary>Nothing behind the last good batch may speak of the bad one, or of a later one, as done.</summary>
    private void JudgeWhatFollows()
    {
        for (var block = Block; block < Reader.Blocks; block++)
        {
            if (!Reader.TryReadHeader(Segment.Sequence, block, out var header) || header.Batch < Batch)
            {
                continue;
            }

            if (header.Kind == HeaderKind.Synced)
            {
                throw block == Block ? Missing() : Bad($"batch {header.Batch} is marked as synced");
            }

            if (header.IsBatch && (header.Batch > Batch || block != Block))
            {
                throw Bad($"batch {header.Batch} stands behind it");
            }
        }
    }

    /// <summary>The segments around the last one may tell that the bad batch was synced.</summary>
    private void JudgeWhatIsAround()
    {
        if (Batch <= MarkedBatch)
        {
            throw Bad("the segment before it marks it as synced");
        }

        if (NeverOpened is not null && (IsState || HasHeader))
        {
            throw Bad($"{NeverOpened} got its name after every batch was synced");
        }

        if (IsState && !MayBegin)
        {
            throw Bad("it was synced before the segments before it went, and before anything was sent");
        }
    }

    // The mark stands in the very place of the batch that it is about: that one is the next segment's state block.
    private StorageDamagedException Missing()
    {
        var next = Segment.Sequence + 1;
        var path = Path.Combine(Path.GetDirectoryName(Segment.Path) ?? string.Empty, FileNames.Segment(next));
        var what = NeverOpened is null ? "the segment is missing" : "the segment lost its header";
        return Damage.At(path, next, offset: 0, what, "all that it held");
    }

    private StorageDamagedException Bad(string evidence) =>
        Damage.OfBatch(Reader, Segment, Batch, Block, evidence);
}
