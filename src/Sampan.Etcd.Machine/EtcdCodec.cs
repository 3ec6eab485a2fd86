namespace Sampan.Etcd.Machine;

/// <summary>
/// The bytes of commands, queries and results: one byte that says what it is, then a protobuf message.
/// </summary>
public static class EtcdCodec
{
    /// <summary>A command of this kind.</summary>
    public static byte[] Encode(EtcdCommandKind kind, ReadOnlySpan<byte> message) => Encode((byte)kind, message);

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
