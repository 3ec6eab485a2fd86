using Sampan.Base;

namespace Sampan.Model.Tests;

public sealed class ConfigurationCodecTests
{
    /// <summary>What was encoded is decoded to the same, joint state, priorities and generation included.</summary>
    [Fact]
    public void Decodes_what_it_encoded()
    {
        var configuration = Joint();
        Assert.True(ConfigurationCodec.TryDecode(ConfigurationCodec.Encode(configuration), out var decoded));
        Assert.True(configuration.SameAs(decoded));
    }

    /// <summary>A text that was cut anywhere is refused, never taken for a smaller configuration.</summary>
    [Fact]
    public void Refuses_every_prefix_and_every_appendix()
    {
        var bytes = ConfigurationCodec.Encode(Joint());
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.False(ConfigurationCodec.TryDecode(bytes.AsSpan(0, length), out _));
        }

        Assert.False(ConfigurationCodec.TryDecode([.. bytes, 0], out _));
    }

    /// <summary>Bytes come from disk and network: whatever they are, decoding answers and does not throw.</summary>
    [Fact]
    public void Damaged_bytes_are_refused_or_sound()
    {
        var random = new Prng(1);
        var good = ConfigurationCodec.Encode(Joint());
        for (var round = 0; round < 20_000; round++)
        {
            var bytes = good.ToArray();
            bytes[random.NextBelow(bytes.Length)] ^= (byte)random.NextBetween(1, 255);
            if (ConfigurationCodec.TryDecode(bytes, out var decoded))
            {
                decoded.Validate();
            }
        }
    }

    private static Configuration Joint() => new(
        voters: [new(1), new(4)],
        votersOutgoing: [new(1), new(2)],
        learners: [new(3)],
        learnersNext: [new(2)],
        autoLeave: true,
        members:
        [
            new(new(1), new(11), new Incarnation(7, 8), 5),
            new(new(2), new(12)),
            new(new(3), new(13)),
            new(new(4), new(14)),
        ],
        recoveryGeneration: 9);
}
