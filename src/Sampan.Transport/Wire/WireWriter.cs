using System.Buffers.Binary;
using Sampan.Model;

namespace Sampan.Transport.Wire;

/// <summary>Writes little-endian values into a buffer that grows. One owner; used again and again.</summary>
internal sealed class WireWriter
{
    private byte[] _bytes = new byte[4096];

    /// <summary>How much was written.</summary>
    public int Count { get; private set; }

    /// <summary>What was written, until the next write.</summary>
    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Count);

    /// <summary>Begins anew.</summary>
    public void Clear() => Count = 0;

    /// <summary>Writes a byte.</summary>
    public void Byte(byte value) => Take(1)[0] = value;

    /// <summary>Writes four bytes.</summary>
    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    /// <summary>Writes eight bytes.</summary>
    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    /// <summary>Writes eight bytes.</summary>
    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>Writes term and index.</summary>
    public void LogId(LogId value)
    {
        UInt64(value.Term);
        UInt64(value.Index);
    }

    /// <summary>Writes an incarnation.</summary>
    public void Incarnation(Incarnation value)
    {
        UInt64(value.High);
        UInt64(value.Low);
    }

    /// <summary>Writes a length and bytes.</summary>
    public void Bytes(ReadOnlySpan<byte> value)
    {
        UInt32((uint)value.Length);
        value.CopyTo(Take(value.Length));
    }

    private Span<byte> Take(int count)
    {
        if (_bytes.Length - Count < count)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Count + count));
        }

        Count += count;
        return _bytes.AsSpan(Count - count, count);
    }
}
