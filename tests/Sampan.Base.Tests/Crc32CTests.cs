using System.Text;
using Sampan.Base;

namespace Sampan.Base.Tests;

/// <summary>The check sum on disk is the published one, however its bytes are cut.</summary>
public sealed class Crc32CTests
{
    /// <summary>RFC 3720, B.4.</summary>
    [Fact]
    public void Known_vectors()
    {
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x62A8AB43u, Crc32C.Of([.. Enumerable.Repeat((byte)0xFF, 32)]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(value => (byte)value)]));
        Assert.Equal(0x113FDB5Cu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(value => (byte)(31 - value))]));
        Assert.Equal(0xE3069283u, Crc32C.Of(Encoding.ASCII.GetBytes("123456789")));
        Assert.Equal(0u, Crc32C.Of([]));
    }

    /// <summary>Every length and every cut agrees with the definition, bit by bit.</summary>
    [Fact]
    public void Any_cut_agrees_with_the_definition()
    {
        var bytes = new byte[67];
        new Prng(3).Fill(bytes);
        for (var length = 0; length <= bytes.Length; length++)
        {
            var expected = Naive(bytes.AsSpan(0, length));
            for (var cut = 0; cut <= length; cut++)
            {
                var sum = Crc32C.Append(Crc32C.Of(bytes.AsSpan(0, cut)), bytes.AsSpan(cut, length - cut));
                Assert.Equal(expected, sum);
            }
        }
    }

    private static uint Naive(ReadOnlySpan<byte> bytes)
    {
        var state = ~0u;
        foreach (var value in bytes)
        {
            state ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                state = (state >> 1) ^ ((state & 1) * 0x82F63B78u);
            }
        }

        return ~state;
    }
}
