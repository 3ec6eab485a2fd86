using System.Buffers.Binary;

namespace Sampan.Simulation.Workloads;

/// <summary>Commands, queries and answers of <see cref="RegisterMachine"/>: pairs of numbers.</summary>
internal static class RegisterCodec
{
    /// <summary>Bytes of a pair.</summary>
    public const int PairBytes = 16;

    /// <summary>Writes a pair.</summary>
    public static byte[] Encode(ulong left, ulong right)
    {
        var bytes = new byte[PairBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, left);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), right);
        return bytes;
    }

    /// <summary>Reads a pair.</summary>
    public static (ulong Left, ulong Right) Decode(ReadOnlySpan<byte> bytes) =>
        (BinaryPrimitives.ReadUInt64LittleEndian(bytes), BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]));
}
