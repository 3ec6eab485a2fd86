using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Storage.Log;

/// <summary>
/// The 64 bytes at the beginning of a segment, a batch or a synced mark. They carry their own check sum, so a header is
/// known for what it is although the rest of its batch is torn, and their own position, so that a header that was
/// copied into a payload is none.
/// </summary>
internal readonly record struct BlockHeader(
    HeaderKind Kind, ulong Segment, ulong Batch, uint Block, int BodyBytes, int Records, uint BodyCrc)
{
    private const int ChecksumAt = LogFormat.HeaderBytes - 4;

    /// <summary>How many blocks the batch takes, its header included.</summary>
    public int Blocks => LogFormat.Blocks(LogFormat.HeaderBytes + BodyBytes);

    /// <summary>Whether records follow: a state block or an ordinary batch.</summary>
    public bool IsBatch => Kind is HeaderKind.State or HeaderKind.Batch;

    /// <summary>
    /// The header of a segment: in place of the number of records it carries the file's length in blocks, so that a
    /// file that was cut short is not taken for a log that ends early.
    /// </summary>
    public static BlockHeader OfSegment(ulong sequence, ulong firstBatch, int blocks) =>
        new(HeaderKind.Segment, sequence, firstBatch, Block: 0, BodyBytes: 0, blocks, BodyCrc: 0);

    /// <summary>A mark: batch n and all before it are synced.</summary>
    public static BlockHeader OfMark(ulong segment, ulong batch, uint block) =>
        new(HeaderKind.Synced, segment, batch, block, BodyBytes: 0, Records: 0, BodyCrc: 0);

    /// <summary>Writes it, check sum included.</summary>
    public void Write(Span<byte> destination, Incarnation owner)
    {
        Invariant.Holds(BodyBytes >= 0 && Records >= 0);
        BinaryPrimitives.WriteUInt32LittleEndian(destination, LogFormat.Magic);
        destination[4] = LogFormat.Version;
        destination[5] = (byte)Kind;
        BinaryPrimitives.WriteUInt16LittleEndian(destination[6..], LogFormat.HeaderBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[8..], Segment);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[16..], Batch);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[24..], Block);
        BinaryPrimitives.WriteInt32LittleEndian(destination[28..], BodyBytes);
        BinaryPrimitives.WriteInt32LittleEndian(destination[32..], Records);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[36..], BodyCrc);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[40..], owner.High);
        BinaryPrimitives.WriteUInt64LittleEndian(destination[48..], owner.Low);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[56..], 0);
        var checksum = Crc32C.Of(destination[..ChecksumAt]);
        BinaryPrimitives.WriteUInt32LittleEndian(destination[ChecksumAt..], checksum);
    }

    /// <summary>Reads what is whole and of this format; anything else is <see cref="HeaderStanding.None"/>.</summary>
    public static HeaderStanding TryRead(ReadOnlySpan<byte> source, Incarnation owner, out BlockHeader header)
    {
        header = default;
        if (source.Length < LogFormat.HeaderBytes
            || BinaryPrimitives.ReadUInt32LittleEndian(source) != LogFormat.Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(source[ChecksumAt..]) != Crc32C.Of(source[..ChecksumAt]))
        {
            return HeaderStanding.None;
        }

        if (source[4] != LogFormat.Version)
        {
            return HeaderStanding.OtherFormat;
        }

        if (BinaryPrimitives.ReadUInt64LittleEndian(source[40..]) != owner.High
            || BinaryPrimitives.ReadUInt64LittleEndian(source[48..]) != owner.Low)
        {
            return HeaderStanding.OtherOwner;
        }

        header = new BlockHeader(
            (HeaderKind)source[5],
            BinaryPrimitives.ReadUInt64LittleEndian(source[8..]),
            BinaryPrimitives.ReadUInt64LittleEndian(source[16..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[24..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[28..]),
            BinaryPrimitives.ReadInt32LittleEndian(source[32..]),
            BinaryPrimitives.ReadUInt32LittleEndian(source[36..]));
        var isSound = header.Kind is >= HeaderKind.Segment and <= HeaderKind.Synced
            && header.BodyBytes >= 0 && header.BodyBytes <= int.MaxValue - (2 * LogFormat.BlockBytes)
            && header.Records >= 0;
        return isSound ? HeaderStanding.Sound : HeaderStanding.None;
    }
}
