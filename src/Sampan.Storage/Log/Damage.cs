using System.Globalization;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>Sentences about what is damaged: what, in which segment, where, and of which groups.</summary>
internal static class Damage
{
    private const int GroupsMax = 16;

    /// <summary>Something at an offset of a segment is not what was written.</summary>
    public static StorageDamagedException At(string path, ulong segment, long offset, string what, string groups) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"log damaged: {what} (segment {segment}, offset {offset}, file {path}; groups: {groups})"));

    /// <summary>A batch of a segment cannot be read, although something says that it was durable.</summary>
    public static StorageDamagedException OfBatch(
        SegmentReader reader, Segment segment, ulong batch, int block, string evidence)
    {
        var groups = reader.TryReadHeader(segment.Sequence, block, out var header) && header.IsBatch
            ? GroupsOf(Within(reader.ReadBatch(block, header), header))
            : "not readable";
        var what = string.Create(CultureInfo.InvariantCulture, $"batch {batch} is bad, but {evidence}");
        return At(segment.Path, segment.Sequence, (long)block * LogFormat.BlockBytes, what, groups);
    }

    /// <summary>The groups that records of a damaged batch still name.</summary>
    public static string GroupsOf(ReadOnlySpan<byte> body)
    {
        var groups = new SortedSet<ulong>();
        var reader = new RecordReader(body);
        while (groups.Count < GroupsMax && reader.TryNext(out var record))
        {
            groups.Add(record.Group.Value);
        }

        groups.Remove(0);
        return groups.Count == 0 ? "not readable" : string.Join(", ", groups);
    }

    private static ReadOnlySpan<byte> Within(ReadOnlySpan<byte> batch, BlockHeader header) =>
        batch.IsEmpty ? batch : batch.Slice(LogFormat.HeaderBytes, header.BodyBytes);
}
