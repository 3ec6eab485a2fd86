using System.Buffers.Binary;
using Sampan.Base;
using Sampan.Model;

namespace Sampan.Storage.Log;

/// <summary>One record where it lies in a batch; nothing is copied.</summary>
internal readonly ref struct LogRecord
{
    private readonly ReadOnlySpan<byte> _bytes;

    private LogRecord(ReadOnlySpan<byte> bytes)
    {
        _bytes = bytes;
    }

    /// <summary>Its length without the zeros behind it.</summary>
    public int LengthBytes => _bytes.Length;

    /// <summary>What it says.</summary>
    public RecordKind Kind => (RecordKind)_bytes[8];

    /// <summary>An entry's kind; 0 in other records.</summary>
    public EntryKind EntryKind => (EntryKind)_bytes[9];

    /// <summary>The group; the zero id in records of the store.</summary>
    public GroupId Group => new(BinaryPrimitives.ReadUInt64LittleEndian(_bytes[16..]));

    /// <summary>What follows the header.</summary>
    public ReadOnlySpan<byte> Body => _bytes[LogFormat.RecordHeaderBytes..];

    /// <summary>Whether it is an entry, forwarded or not, with all of an entry's fields.</summary>
    public bool IsEntry => Kind is RecordKind.Entry or RecordKind.Forwarded
        && _bytes.Length >= LogFormat.EntryHeaderBytes
        && EntryKind is >= EntryKind.Empty and <= EntryKind.Configuration
        && EntryId.Term > 0 && EntryId.Index > 0;

    /// <summary>An entry's position.</summary>
    public LogId EntryId => new(Number(0), Number(1));

    /// <summary>An entry's time stamp.</summary>
    public long TimeTicks => (long)Number(2);

    /// <summary>An entry's payload.</summary>
    public ReadOnlySpan<byte> Payload => _bytes[LogFormat.EntryHeaderBytes..];

    /// <summary>The 8-byte number at this place of the body.</summary>
    public ulong Number(int place) => BinaryPrimitives.ReadUInt64LittleEndian(Body[(place * 8)..]);

    /// <summary>
    /// Reads the record at the beginning of <paramref name="source"/>; false for anything but a whole record whose
    /// check sum holds.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> source, out LogRecord record)
    {
        record = default;
        if (source.Length < LogFormat.RecordHeaderBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(source[4..]);
        if (length < LogFormat.RecordHeaderBytes || length > source.Length)
        {
            return false;
        }

        record = new LogRecord(source[..length]);
        return BinaryPrimitives.ReadUInt32LittleEndian(source) == Crc32C.Of(source[4..length])
            && BinaryPrimitives.ReadUInt16LittleEndian(source[10..]) == 0
            && BinaryPrimitives.ReadUInt32LittleEndian(source[12..]) == 0;
    }

    /// <summary>Completes a record whose kind and body are written: length, zeros, check sum.</summary>
    public static void Seal(Span<byte> record)
    {
        BinaryPrimitives.WriteInt32LittleEndian(record[4..], record.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(record[10..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(record[12..], 0);
        BinaryPrimitives.WriteUInt32LittleEndian(record, Crc32C.Of(record[4..]));
    }
}
