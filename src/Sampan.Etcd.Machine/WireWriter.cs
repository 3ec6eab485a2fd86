using System.Numerics;
using Google.Protobuf;
using Sampan.Base;

namespace Sampan.Etcd.Machine;

/// <summary>
/// Writes the fields of protobuf messages into bytes of the right size. As in every proto3 encoder, what is zero or
/// empty is left out.
/// </summary>
internal ref struct WireWriter
{
    private readonly Span<byte> _bytes;
    private int _position;

    /// <summary>A writer at the beginning of these bytes.</summary>
    public WireWriter(Span<byte> bytes) => _bytes = bytes;

    /// <summary>Whether every byte is written.</summary>
    public readonly bool IsFull => _position == _bytes.Length;

    /// <summary>Bytes that a number takes.</summary>
    public static int VarintBytes(ulong value) => (BitOperations.Log2(value | 1) / 7) + 1;

    /// <summary>Bytes that a field with a number takes; its own number is below 16.</summary>
    public static int NumberBytes(ulong value) => value == 0 ? 0 : 1 + VarintBytes(value);

    /// <summary>Bytes that a field with bytes or a message takes; its own number is below 16.</summary>
    public static long BlockBytes(long length) => 1 + VarintBytes((ulong)length) + length;

    /// <summary>Writes a number without a field.</summary>
    public void WriteVarint(ulong value)
    {
        while (value >= 0x80)
        {
            WriteByte((byte)(value | 0x80));
            value >>= 7;
        }

        WriteByte((byte)value);
    }

    /// <summary>Writes a field with a number.</summary>
    public void WriteNumber(int field, ulong value)
    {
        if (value != 0)
        {
            WriteByte((byte)WireFormat.MakeTag(field, WireFormat.WireType.Varint));
            WriteVarint(value);
        }
    }

    /// <summary>Writes a field with bytes.</summary>
    public void WriteBytes(int field, ReadOnlySpan<byte> value)
    {
        if (!value.IsEmpty)
        {
            WriteStart(field, value.Length);
            value.CopyTo(_bytes[_position..]);
            _position += value.Length;
        }
    }

    /// <summary>Writes what stands before a message of so many bytes.</summary>
    public void WriteStart(int field, long length)
    {
        Invariant.Holds(field < 16);
        WriteByte((byte)WireFormat.MakeTag(field, WireFormat.WireType.LengthDelimited));
        WriteVarint((ulong)length);
    }

    /// <summary>Writes one byte as it is.</summary>
    public void WriteByte(byte value) => _bytes[_position++] = value;
}
