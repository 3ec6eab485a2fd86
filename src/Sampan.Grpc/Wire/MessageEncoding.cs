using System.Buffers;
using System.IO.Compression;

namespace Sampan.Grpc.Wire;

/// <summary>The one compression that is spoken besides none: gzip.</summary>
internal static class MessageEncoding
{
    public const string Gzip = "gzip";
    public const string Identity = "identity";
    private const int StepBytes = 16 * 1024;

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
        using var source = new MemoryStream(compressed.ToArray(), writable: false);
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
                        $"The message is larger than {bytesMax} bytes once decompressed; that is the limit here.");
                }
            }
        }
        catch (InvalidDataException error)
        {
            throw new GrpcException(GrpcStatusCode.Internal, "The compressed message is not valid gzip.", error);
        }

        return message.WrittenSpan.ToArray();
    }
}
