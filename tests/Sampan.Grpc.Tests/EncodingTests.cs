using System.Buffers;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: a compressed message comes back whole or not at all.</summary>
public sealed class EncodingTests
{
    /// <summary>
    /// Sizes around the decompressor's own buffers, of bytes that compress well and of some that do not.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_size_comes_back(bool isNoise)
    {
        var random = new Random(11);
        foreach (var size in (int[])[0, 1, 2, 100, 8150, 8191, 8192, 8193, 16_384, 16_385, 40_000, 100_000])
        {
            for (var more = 0; more < 50; more++)
            {
                var message = Message(random, size + more, isNoise);
                Assert.Equal(message, MessageEncoding.Decompress(Compress(message), int.MaxValue));
            }
        }
    }

    /// <summary>Wherever it is cut, checksum included, half a message is refused.</summary>
    [Fact]
    public void No_part_passes_for_the_whole()
    {
        var compressed = Compress(Message(new Random(5), 9000, isNoise: true));
        for (var length = 1; length < compressed.Length; length++)
        {
            var part = compressed.Slice(0, length);
            var error = Assert.Throws<GrpcException>(() => MessageEncoding.Decompress(part, int.MaxValue));
            Assert.Equal(GrpcStatusCode.Internal, error.Code);
        }
    }

    /// <summary>The limit is the last size that passes.</summary>
    [Fact]
    public void The_limit_holds_to_the_byte()
    {
        var compressed = Compress(new byte[50_000]);
        Assert.Equal(50_000, MessageEncoding.Decompress(compressed, 50_000).Length);
        var error = Assert.Throws<GrpcException>(() => MessageEncoding.Decompress(compressed, 49_999));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Code);
    }

    private static byte[] Message(Random random, int sizeBytes, bool isNoise)
    {
        var message = new byte[sizeBytes];
        if (isNoise)
        {
            random.NextBytes(message);
        }

        return message;
    }

    private static ReadOnlySequence<byte> Compress(byte[] message)
    {
        var compressed = new ArrayBufferWriter<byte>();
        MessageEncoding.Compress(compressed, message);
        return new(compressed.WrittenMemory);
    }
}
