using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Sampan.Grpc.Wire;

/// <summary>Messages as they follow each other in a body: a flag, four bytes of length, the message.</summary>
internal static class MessageFraming
{
    /// <summary>Flag and length.</summary>
    public const int PrefixBytes = 5;

    // Up to here prefix and message go into one block of the output; larger ones are copied in pieces.
    private const int OneBlockBytes = 2048;

    /// <summary>
    /// Takes the first message off the buffer; false, with the buffer as it was, if it is not all there.
    /// </summary>
    /// <exception cref="GrpcException">The message is malformed, or larger than the rules allow.</exception>
    public static bool TryTake(
        ref ReadOnlySequence<byte> buffer,
        ReceiveRules rules,
        out ReadOnlySequence<byte> message)
    {
        message = default;
        if (!TryReadPrefix(buffer, rules, out var prefix) || buffer.Length < PrefixBytes + prefix.LengthBytes)
        {
            return false;
        }

        message = buffer.Slice(PrefixBytes, prefix.LengthBytes);
        buffer = buffer.Slice(message.End);
        if (prefix.IsCompressed)
        {
            message = new ReadOnlySequence<byte>(MessageEncoding.Decompress(message, rules.BytesMax));
        }

        return true;
    }

    /// <summary>Whether the first message is all there, and how many bytes follow it. Decompresses nothing.</summary>
    /// <exception cref="GrpcException">The message is malformed, or larger than the rules allow.</exception>
    public static bool IsWhole(in ReadOnlySequence<byte> buffer, ReceiveRules rules, out long restBytes)
    {
        restBytes = 0;
        if (!TryReadPrefix(buffer, rules, out var prefix))
        {
            return false;
        }

        restBytes = buffer.Length - PrefixBytes - prefix.LengthBytes;
        return restBytes >= 0;
    }

    public static void Write(IBufferWriter<byte> into, ReadOnlySpan<byte> message)
    {
        if (message.Length <= OneBlockBytes)
        {
            var block = into.GetSpan(PrefixBytes + message.Length);
            WritePrefix(block, message.Length, isCompressed: false);
            message.CopyTo(block[PrefixBytes..]);
            into.Advance(PrefixBytes + message.Length);
        }
        else
        {
            WritePrefix(into.GetSpan(PrefixBytes), message.Length, isCompressed: false);
            into.Advance(PrefixBytes);
            into.Write(message);
        }
    }

    public static void Write(IBufferWriter<byte> into, IMessage message, int sizeBytes)
    {
        if (sizeBytes <= OneBlockBytes)
        {
            var block = into.GetSpan(PrefixBytes + sizeBytes);
            WritePrefix(block, sizeBytes, isCompressed: false);
            message.WriteTo(block.Slice(PrefixBytes, sizeBytes));
            into.Advance(PrefixBytes + sizeBytes);
        }
        else
        {
            WritePrefix(into.GetSpan(PrefixBytes), sizeBytes, isCompressed: false);
            into.Advance(PrefixBytes);
            message.WriteTo(into);
        }
    }

    public static void WriteCompressed(IBufferWriter<byte> into, ReadOnlySpan<byte> message)
    {
        if (message.IsEmpty)
        {
            Write(into, message);
            return;
        }

        var compressed = Compress(message);
        WritePrefix(into, compressed.Length, isCompressed: true);
        into.Write(compressed.Span);
    }

    /// <summary>A message, compressed; nothing of its prefix.</summary>
    public static ReadOnlyMemory<byte> Compress(ReadOnlySpan<byte> message)
    {
        var compressed = new ArrayBufferWriter<byte>();
        MessageEncoding.Compress(compressed, message);
        return compressed.WrittenMemory;
    }

    /// <summary>Writes what comes before a message.</summary>
    public static void WritePrefix(IBufferWriter<byte> into, int length, bool isCompressed)
    {
        WritePrefix(into.GetSpan(PrefixBytes), length, isCompressed);
        into.Advance(PrefixBytes);
    }

    /// <summary>The error for a body that ends inside a message.</summary>
    public static GrpcException Truncated() => new(GrpcStatusCode.Internal, "The body ends inside a message.");

    /// <summary>Decodes a message by its generated parser.</summary>
    public static T Decode<T>(MessageParser parser, in ReadOnlySequence<byte> message)
        where T : class, IMessage
    {
        try
        {
            return (T)parser.ParseFrom(message);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new GrpcException(GrpcStatusCode.Internal, $"The message is no valid {typeof(T).Name}.", error);
        }
    }

    private static bool TryReadPrefix(in ReadOnlySequence<byte> buffer, ReceiveRules rules, out MessagePrefix prefix)
    {
        prefix = default;
        if (buffer.Length < PrefixBytes)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[PrefixBytes];
        buffer.Slice(0, PrefixBytes).CopyTo(bytes);
        var length = BinaryPrimitives.ReadUInt32BigEndian(bytes[1..]);
        prefix = new MessagePrefix(length, IsCompressed(bytes[0], rules));
        return length <= (uint)rules.BytesMax
            ? true
            : throw new GrpcException(
                GrpcStatusCode.ResourceExhausted,
                $"grpc: received message larger than max ({length} vs. {rules.BytesMax})");
    }

    private static void WritePrefix(Span<byte> into, int length, bool isCompressed)
    {
        into[0] = isCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(into[1..], (uint)length);
    }

    private static bool IsCompressed(byte flag, ReceiveRules rules) => flag switch
    {
        0 => false,
        1 when rules.IsGzip => true,
        1 => throw new GrpcException(
            GrpcStatusCode.Internal,
            "grpc: compressed flag set with identity or empty encoding"),
        _ => throw new GrpcException(GrpcStatusCode.Internal, $"grpc: received unexpected payload format {flag}"),
    };

    private readonly record struct MessagePrefix(uint LengthBytes, bool IsCompressed);
}
