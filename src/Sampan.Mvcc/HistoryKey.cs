using System.Buffers.Binary;
using Sampan.Base;

namespace Sampan.Mvcc;

/// <summary>
/// The key of a superseded version: the user's key, escaped so that no key is the beginning of another (0 becomes 0
/// 255, the end is 0 1), and the mod revision, big-endian (8). So the versions of a key lie together by age, and keys
/// lie in their own order.
/// </summary>
internal static class HistoryKey
{
    /// <summary>Bytes of the revision.</summary>
    public const int RevisionBytes = 8;

    private const byte EscapedZero = 255;
    private const byte End = 1;

    /// <summary>Encodes a key and a revision.</summary>
    public static byte[] Encode(ReadOnlySpan<byte> key, long revision)
    {
        var zeros = key.Count((byte)0);
        var encoded = new byte[key.Length + zeros + 2 + RevisionBytes];
        var position = 0;
        foreach (var part in key)
        {
            encoded[position++] = part;
            if (part == 0)
            {
                encoded[position++] = EscapedZero;
            }
        }

        encoded[position + 1] = End;
        BinaryPrimitives.WriteInt64BigEndian(encoded.AsSpan(position + 2), revision);
        return encoded;
    }

    /// <summary>Where the versions of keys at or after this one begin.</summary>
    public static byte[] EncodeStart(ReadOnlySpan<byte> key) => Encode(key, 0);

    /// <summary>Behind all versions of the key that this is a version of.</summary>
    public static byte[] Last(ReadOnlySpan<byte> encoded)
    {
        var last = encoded.ToArray();
        BinaryPrimitives.WriteInt64BigEndian(last.AsSpan(last.Length - RevisionBytes), long.MaxValue);
        return last;
    }

    /// <summary>The mod revision of a version.</summary>
    public static long Revision(ReadOnlySpan<byte> encoded) =>
        BinaryPrimitives.ReadInt64BigEndian(encoded[^RevisionBytes..]);

    /// <summary>The part that all versions of a key share.</summary>
    public static ReadOnlySpan<byte> KeyPart(ReadOnlySpan<byte> encoded) => encoded[..^RevisionBytes];

    /// <summary>The user's key; it shares the bytes where nothing was escaped.</summary>
    public static ReadOnlyMemory<byte> Decode(byte[] encoded)
    {
        var isDecoded = TryDecode(encoded, out var key);
        Invariant.Holds(isDecoded);
        return key;
    }

    /// <summary>The user's key of an encoded one that was read back; false if it cannot be one.</summary>
    public static bool TryDecode(byte[] encoded, out ReadOnlyMemory<byte> key)
    {
        key = default;
        var length = encoded.Length - RevisionBytes - 2;
        if (length < 0 || encoded[length] != 0 || encoded[length + 1] != End)
        {
            return false;
        }

        var escaped = encoded.AsSpan(0, length);
        if (!escaped.Contains((byte)0))
        {
            key = encoded.AsMemory(0, length);
            return true;
        }

        var decoded = new byte[length];
        var count = 0;
        for (var i = 0; i < length; i++)
        {
            decoded[count++] = escaped[i];
            if (escaped[i] == 0 && (++i >= length || escaped[i] != EscapedZero))
            {
                return false;
            }
        }

        key = decoded.AsMemory(0, count);
        return true;
    }
}
