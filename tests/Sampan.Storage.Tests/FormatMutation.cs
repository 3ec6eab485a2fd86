using System.Buffers.Binary;

namespace Sampan.Storage.Tests;

/// <summary>One change of a file's structure; where and how much in parts of 65536 of its length.</summary>
/// <param name="Kind">0 overwrite, 1 cut out, 2 repeat, 3 insert, 4 cut short, 5 a number of four bytes.</param>
internal readonly record struct FormatMutation(int Kind, int At, int Size, int Value)
{
    /// <summary>Numbers that lengths and counts are tried with.</summary>
    private static readonly uint[] Numbers =
        [0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0xFFFF_FFF8, 23, 24, 25, 4096, 0x0001_0000, 0x0100_0000];

    /// <summary>The bytes after it.</summary>
    public byte[] Apply(byte[] bytes)
    {
        var at = (int)((long)At * bytes.Length / 65536);
        var size = Math.Min(1 + Size, bytes.Length - at);
        switch (Kind)
        {
            case 0:
                var filled = bytes.ToArray();
                filled.AsSpan(at, size).Fill((byte)Value);
                return filled;
            case 1:
                return [.. bytes.AsSpan(0, at), .. bytes.AsSpan(at + size)];
            case 2:
                return [.. bytes.AsSpan(0, at + size), .. bytes.AsSpan(at, size), .. bytes.AsSpan(at + size)];
            case 3:
                return [.. bytes.AsSpan(0, at), .. Enumerable.Repeat((byte)Value, size), .. bytes.AsSpan(at)];
            case 4:
                return bytes[..at];
            default:
                var changed = bytes.ToArray();
                if (at + 4 <= changed.Length)
                {
                    var number = Numbers[Value % Numbers.Length];
                    BinaryPrimitives.WriteUInt32LittleEndian(changed.AsSpan(at & ~3), number);
                }

                return changed;
        }
    }
}
