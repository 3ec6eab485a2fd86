using System.Buffers.Binary;

namespace Sampan.Etcd.Machine;

/// <summary>
/// The bytes of commands, queries and results: one byte that says what it is, then a protobuf message.
/// </summary>
public static class EtcdCodec
{
    private const int KeysMaxBytes = sizeof(long);

    /// <summary>A command of this kind.</summary>
    public static byte[] Encode(EtcdCommandKind kind, ReadOnlySpan<byte> message) => Encode((byte)kind, message);

    /// <summary>The command of a transaction whose compares and ranges may look at so many keys.</summary>
    public static byte[] EncodeTxn(long keysMax, ReadOnlySpan<byte> message)
    {
        var bytes = new byte[1 + KeysMaxBytes + message.Length];
        bytes[0] = (byte)EtcdCommandKind.BoundedTxn;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), keysMax);
        message.CopyTo(bytes.AsSpan(1 + KeysMaxBytes));
        return bytes;
    }

    /// <summary>Splits what follows the kind of such a command; false: it is too short.</summary>
    public static bool TryDecodeTxn(ReadOnlySpan<byte> bytes, out BoundedTxn txn)
    {
        txn = bytes.Length < KeysMaxBytes
            ? default
            : new BoundedTxn(BinaryPrimitives.ReadInt64LittleEndian(bytes), bytes[KeysMaxBytes..]);
        return bytes.Length >= KeysMaxBytes;
    }

    /// <summary>A query of this kind.</summary>
    public static byte[] Encode(EtcdQueryKind kind, ReadOnlySpan<byte> message) => Encode((byte)kind, message);

    /// <summary>Splits a result; one without bytes is malformed.</summary>
    public static EtcdError Decode(ReadOnlyMemory<byte> result, out ReadOnlyMemory<byte> response)
    {
        response = result.IsEmpty ? default : result[1..];
        return result.IsEmpty ? EtcdError.Malformed : (EtcdError)result.Span[0];
    }

    private static byte[] Encode(byte kind, ReadOnlySpan<byte> message)
    {
        var bytes = new byte[message.Length + 1];
        bytes[0] = kind;
        message.CopyTo(bytes.AsSpan(1));
        return bytes;
    }
}
