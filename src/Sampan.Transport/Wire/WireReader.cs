using System.Buffers.Binary;
using Sampan.Model;

namespace Sampan.Transport.Wire;

/// <summary>
/// Reads what <see cref="WireWriter"/> wrote. It never reads beyond its bytes: once something is missing or impossible
/// it has failed, and gives zeros from then on. What it gives as bytes are slices of its own.
/// </summary>
internal ref struct WireReader
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private int _position;

    /// <summary>A reader of these bytes.</summary>
    public WireReader(ReadOnlyMemory<byte> bytes) => _bytes = bytes;

    /// <summary>Whether something was missing or impossible.</summary>
    public bool HasFailed { get; private set; }

    /// <summary>Whether all was read, and well.</summary>
    public readonly bool IsDone => !HasFailed && _position == _bytes.Length;

    /// <summary>How many bytes are left.</summary>
    public readonly int Left => _bytes.Length - _position;

    /// <summary>Marks what was read as impossible.</summary>
    public void Fail() => HasFailed = true;

    /// <summary>Reads a byte.</summary>
    public byte Byte() => Take(1) is { Length: 1 } bytes ? bytes[0] : (byte)0;

    /// <summary>Reads a byte that is at most so much.</summary>
    public byte Byte(byte highest)
    {
        var value = Byte();
        HasFailed |= value > highest;
        return HasFailed ? (byte)0 : value;
    }

    /// <summary>Reads four bytes.</summary>
    public uint UInt32() => Take(4) is { Length: 4 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    /// <summary>Reads eight bytes.</summary>
    public ulong UInt64() => Take(8) is { Length: 8 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    /// <summary>Reads eight bytes.</summary>
    public long Int64() => (long)UInt64();

    /// <summary>Reads eight bytes that are no negative number.</summary>
    public long Natural()
    {
        var value = Int64();
        HasFailed |= value < 0;
        return HasFailed ? 0 : value;
    }

    /// <summary>Reads term and index.</summary>
    public LogId LogId() => new(UInt64(), UInt64());

    /// <summary>Reads an incarnation.</summary>
    public Incarnation Incarnation() => new(UInt64(), UInt64());

    /// <summary>Reads a length and bytes.</summary>
    public ReadOnlyMemory<byte> Bytes()
    {
        var count = UInt32();
        if (HasFailed || count > Left)
        {
            HasFailed = true;
            return default;
        }

        _position += (int)count;
        return _bytes.Slice(_position - (int)count, (int)count);
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (HasFailed || Left < count)
        {
            HasFailed = true;
            return default;
        }

        _position += count;
        return _bytes.Span.Slice(_position - count, count);
    }
}
