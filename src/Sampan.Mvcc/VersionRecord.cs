using System.Buffers.Binary;
using Sampan.Base;

namespace Sampan.Mvcc;

/// <summary>
/// The bytes of a version in either tree, little-endian: mod revision (8), create revision (8), version (8), lease (8),
/// then the user's value. A tombstone has zeros behind its mod revision and no value.
/// </summary>
internal static class VersionRecord
{
    /// <summary>What stands before the user's value.</summary>
    public const int HeaderBytes = 32;

    /// <summary>Encodes a version.</summary>
    public static byte[] Encode(long modRevision, in KeyVersion of, ReadOnlySpan<byte> value)
    {
        var record = new byte[HeaderBytes + value.Length];
        BinaryPrimitives.WriteInt64LittleEndian(record, modRevision);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(8), of.CreateRevision);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(16), of.Version);
        BinaryPrimitives.WriteInt64LittleEndian(record.AsSpan(24), of.Lease);
        value.CopyTo(record.AsSpan(HeaderBytes));
        return record;
    }

    /// <summary>Encodes a tombstone.</summary>
    public static byte[] Tombstone(long modRevision) => Encode(modRevision, default, []);

    /// <summary>When the version was made.</summary>
    public static long ModRevision(ReadOnlySpan<byte> record) => BinaryPrimitives.ReadInt64LittleEndian(record);

    /// <summary>Whether the version is a tombstone.</summary>
    public static bool IsTombstone(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadInt64LittleEndian(record[16..]) == 0;

    /// <summary>Decodes a version of a key.</summary>
    public static KeyVersion Decode(ReadOnlyMemory<byte> key, byte[] record)
    {
        Invariant.Holds(record.Length >= HeaderBytes);
        return new KeyVersion(
            key,
            record.AsMemory(HeaderBytes),
            BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(8)),
            BinaryPrimitives.ReadInt64LittleEndian(record),
            BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(16)),
            BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(24)));
    }

    /// <summary>Whether a record that was read back can be one: revisions and version in their order.</summary>
    public static bool IsSound(byte[] record, long revision)
    {
        if (record.Length < HeaderBytes)
        {
            return false;
        }

        var read = Decode(default, record);
        return read.ModRevision is > 1 && read.ModRevision <= revision
            && (read.IsTombstone
                ? read is { CreateRevision: 0, Lease: 0 } && record.Length == HeaderBytes
                : read.Version > 0 && read.CreateRevision > 1 && read.CreateRevision <= read.ModRevision);
    }
}
