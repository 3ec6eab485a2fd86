using System.Buffers.Binary;
using System.Numerics;

namespace Sampan.Base;

/// <summary>
/// CRC-32C (Castagnoli; RFC 3720, B.4): reflected, begins and ends with all bits set. The processor's instruction where
/// there is one, a table otherwise; the results are the same.
/// </summary>
public static class Crc32C
{
    /// <summary>The check sum of <paramref name="bytes"/>.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>
    /// The check sum of what <paramref name="crc"/> is the sum of, followed by <paramref name="bytes"/>; 0 is the sum
    /// of nothing.
    /// </summary>
    public static uint Append(uint crc, ReadOnlySpan<byte> bytes)
    {
        var state = ~crc;
        while (bytes.Length >= sizeof(ulong))
        {
            state = BitOperations.Crc32C(state, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            state = BitOperations.Crc32C(state, value);
        }

        return ~state;
    }
}
