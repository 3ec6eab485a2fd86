using Sampan.Model;

namespace Sampan.Storage.Log;

/// <summary>Sizes and numbers of docs/disk-format.md, in one place.</summary>
internal static class LogFormat
{
    /// <summary>The unit of alignment: headers stand only at its multiples.</summary>
    public const int BlockBytes = 4096;

    /// <summary>No segment has fewer blocks: a file that has was cut.</summary>
    public const int SegmentBlocksMin = 16;

    /// <summary>First four bytes of a header: "SPML" as they stand on disk.</summary>
    public const uint Magic = 0x4C4D5053;

    /// <summary>The only format so far.</summary>
    public const byte Version = 1;

    /// <summary>Size of the header of a segment, a batch or a synced mark.</summary>
    public const int HeaderBytes = 64;

    /// <summary>Size of the part that all records have.</summary>
    public const int RecordHeaderBytes = 24;

    /// <summary>Size of an entry's record without its payload.</summary>
    public const int EntryHeaderBytes = RecordHeaderBytes + 24;

    /// <summary>Size of a hard state's record.</summary>
    public const int HardStateBytes = RecordHeaderBytes + 24;

    /// <summary>Size of a group's record in a state block.</summary>
    public const int GroupBytes = RecordHeaderBytes + (10 * 8);

    /// <summary>Size of the record that says that a group's replica is admitted.</summary>
    public const int AdmittedBytes = RecordHeaderBytes + 8;

    /// <summary>Size of a snapshot's body without the configuration.</summary>
    public const int SnapshotHeaderBytes = 32;

    /// <summary>The most that a snapshot mark takes, padding included.</summary>
    public const int SnapshotMarkBytesMax =
        (RecordHeaderBytes + SnapshotHeaderBytes + ConfigurationCodec.BytesMax + RecordAlignment - 1)
        / RecordAlignment * RecordAlignment;

    /// <summary>How many snapshots of a group are marked at most.</summary>
    public const int SnapshotMarksMax = 2;

    /// <summary>
    /// The most that a group's replica may come to take of a state block, its bootstrap mark apart: its line, its
    /// admission, its snapshot marks. Nothing else of a group is repeated there.
    /// </summary>
    public const int ReplicaBytesMax = GroupBytes + AdmittedBytes + (SnapshotMarksMax * SnapshotMarkBytesMax);

    /// <summary>Records begin at multiples of this.</summary>
    public const int RecordAlignment = 8;

    /// <summary>A record's length with the zeros behind it.</summary>
    public static long Padded(long lengthBytes) => (lengthBytes + RecordAlignment - 1) & ~(RecordAlignment - 1L);

    /// <summary>A record's length with the zeros behind it.</summary>
    public static int Padded(int lengthBytes) => (lengthBytes + RecordAlignment - 1) & ~(RecordAlignment - 1);

    /// <summary>How many blocks so many bytes take.</summary>
    public static int Blocks(int lengthBytes) => (lengthBytes + BlockBytes - 1) / BlockBytes;
}
