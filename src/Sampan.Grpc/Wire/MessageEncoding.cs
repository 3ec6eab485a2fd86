using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace Sampan.Grpc.Wire;

/// <summary>The one compression that is spoken besides none: gzip.</summary>
internal static class MessageEncoding
{
    public const string Gzip = "gzip";
    public const string Identity = "identity";
    private const int StepBytes = 16 * 1024;

    // Ten bytes of head, two of an empty stream, eight of checksum and size.
    private const int LeastBytes = 20;

    public static bool IsKnown(string encoding) => encoding is Gzip or Identity or "";

    /// <summary>Whether a grpc-accept-encoding names gzip.</summary>
    public static bool Accepts(string acceptEncoding)
    {
        foreach (var part in acceptEncoding.AsSpan().Split(','))
        {
            if (acceptEncoding.AsSpan(part).Trim().SequenceEqual(Gzip))
            {
                return true;
            }
        }

        return false;
    }

    public static void Compress(IBufferWriter<byte> into, ReadOnlySpan<byte> message)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(message);
        }

        into.Write(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
    }

    /// <summary>
    /// The message, of at most so many bytes: a few kilobytes on the wire can stand for gigabytes, so the bound is held
    /// while decompressing and not after.
    /// </summary>
    public static byte[] Decompress(in ReadOnlySequence<byte> compressed, int bytesMax)
    {
        if (compressed.IsEmpty)
        {
            // Not gzip, but what the runtime's compressor makes of an empty message, and so some clients send it.
            return [];
        }

        var bytes = compressed.ToArray();
        using var source = new MemoryStream(bytes, writable: false);
        using var gzip = new GZipStream(source, CompressionMode.Decompress);
        var message = new ArrayBufferWriter<byte>();
        try
        {
            while (gzip.Read(message.GetSpan(StepBytes)[..StepBytes]) is var read and > 0)
            {
                message.Advance(read);
                if (message.WrittenCount > bytesMax)
                {
                    throw new GrpcException(
                        GrpcStatusCode.ResourceExhausted,
                        $"grpc: message after decompression larger than max {bytesMax}");
                }
            }
        }
        catch (InvalidDataException error)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "The compressed message is not valid gzip.", error);
        }

        return EndsWell(bytes, message.WrittenCount)
            ? message.WrittenSpan.ToArray()
            : throw new GrpcException(GrpcStatusCode.Internal, "The compressed message ends before its end.");
    }

    // The runtime's decompressor takes the end of its input for the end of the message, and would pass half of one. The
    // format ends with the size of what was compressed, so half a message does not have its own size at its end. What
    // it does not allow for is several streams one behind the other, which nobody sends as one message.
    private static bool EndsWell(ReadOnlySpan<byte> compressed, int sizeBytes) =>
        compressed.Length >= LeastBytes && BinaryPrimitives.ReadUInt32LittleEndian(compressed[^4..]) == (uint)sizeBytes;
}
