using System.Buffers.Binary;
using Sampan.Base;

namespace Sampan.Model.Tests;

/// <summary>
/// Purpose: a configuration survives its bytes, and no bytes, however damaged, make the decoder throw, allocate beyond
/// their size, or accept what the encoder would not have written.
/// </summary>
public sealed class ConfigurationCodecTests
{
    [Fact]
    public void What_is_encoded_comes_back()
    {
        var prng = new Prng(0xC0DE);
        for (var i = 0; i < 2_000; i++)
        {
            var configuration = Draw(prng);
            var bytes = ConfigurationCodec.Encode(configuration);

            Assert.True(ConfigurationCodec.TryDecode(bytes, out var decoded));
            Assert.True(configuration.SameAs(decoded));
            Assert.Equal(bytes, ConfigurationCodec.Encode(decoded));
        }
    }

    /// <summary>
    /// The log sets room apart for configurations of this size, so there must be none that is larger.
    /// </summary>
    [Fact]
    public void The_largest_one_has_the_most_bytes_and_a_larger_one_is_neither_written_nor_read()
    {
        var largest = InBothHalves(Configuration.MembersMax);
        var bytes = ConfigurationCodec.Encode(largest);
        Assert.Equal(ConfigurationCodec.BytesMax, bytes.Length);
        Assert.True(ConfigurationCodec.TryDecode(bytes, out var decoded));
        Assert.True(decoded.SameAs(largest));

        Assert.Throws<InvariantViolationException>(
            () => ConfigurationCodec.Encode(InBothHalves(Configuration.MembersMax + 1)));
        Assert.False(ConfigurationCodec.TryDecode(VotersByHand(Configuration.MembersMax + 1), out _));
        Assert.True(ConfigurationCodec.TryDecode(VotersByHand(Configuration.MembersMax), out _));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var prng = new Prng(0xC0DF);
        for (var i = 0; i < 100; i++)
        {
            var bytes = ConfigurationCodec.Encode(Draw(prng));
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.False(ConfigurationCodec.TryDecode(bytes.AsSpan(0, length), out _));
            }

            Assert.False(ConfigurationCodec.TryDecode([.. bytes, 0], out _));
        }
    }

    [Fact]
    public void A_flipped_bit_is_refused_or_gives_a_configuration_of_exactly_these_bytes()
    {
        var prng = new Prng(0xC0E0);
        for (var i = 0; i < 100; i++)
        {
            var bytes = ConfigurationCodec.Encode(Draw(prng));
            for (var bit = 0; bit < bytes.Length * 8; bit++)
            {
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
                AssertStable(bytes);
                bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            }
        }
    }

    [Fact]
    public void Numbers_that_collide_are_refused_or_stable()
    {
        // Single bits rarely turn one id into another one that is there. This puts every number of a list in place of
        // every other, which is how a replica gets into two lists, or twice into one.
        var prng = new Prng(0xC0E1);
        for (var i = 0; i < 100; i++)
        {
            var bytes = ConfigurationCodec.Encode(Draw(prng));
            for (var offset = 10; offset + 4 <= bytes.Length; offset += 4)
            {
                for (var value = 0; value < 8; value++)
                {
                    var kept = BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(offset));
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), value);
                    AssertStable(bytes);
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), kept);
                }
            }
        }
    }

    [Fact]
    public void Any_bytes_are_refused_or_stable()
    {
        var prng = new Prng(0xC0E2);
        var bytes = new byte[200];
        for (var i = 0; i < 20_000; i++)
        {
            prng.Fill(bytes);
            bytes[0] = 1;
            bytes[1] &= 1;
            AssertStable(bytes.AsSpan(0, prng.NextBelow(bytes.Length)).ToArray());
        }
    }

    [Fact]
    public void A_count_that_promises_more_than_there_is_allocates_nothing_for_it()
    {
        var bytes = ConfigurationCodec.Encode(Configuration.Empty);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(10), int.MaxValue);
        ConfigurationCodec.TryDecode(bytes, out _);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.False(ConfigurationCodec.TryDecode(bytes, out _));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1024);
    }

    [Fact]
    public void A_crowd_is_refused_before_anything_is_made_of_it()
    {
        Assert.True(ConfigurationCodec.TryDecode(ConfigurationCodec.Encode(Crowd(Configuration.MembersMax)), out _));

        // Whoever compares lists with lists needs minutes for these.
        var bytes = ManyOutgoing(400_000);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.False(ConfigurationCodec.TryDecode(bytes, out _));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 16 * 1024);
    }

    [Fact]
    public void What_is_accepted_is_what_the_lists_mean_read_one_by_one()
    {
        var prng = new Prng(0xC0E3);
        var accepted = 0;
        for (var i = 0; i < 20_000; i++)
        {
            var bytes = ConfigurationCodec.Encode(Draw(prng));
            for (var changes = prng.NextBelow(3); changes > 0; changes--)
            {
                var offset = 10 + (4 * prng.NextBelow((bytes.Length - 10) / 4));
                BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(offset), prng.NextBelow(8));
            }

            var isAccepted = ConfigurationCodec.TryDecode(bytes, out _);
            accepted += isAccepted ? 1 : 0;
            Assert.Equal(NaiveConfiguration.IsSound(bytes), isAccepted);
        }

        Assert.InRange(accepted, 5_000, 15_000);
    }

    [Fact]
    public void A_voter_of_the_new_half_cannot_become_a_learner()
    {
        // Leaving the joint state would make it voter and learner at once.
        var members = Enumerable.Range(1, 3).Select(i => new Member(new ReplicaId((ulong)i), new StoreId(1)));
        var sound = new Configuration([new(1), new(2)], [new(2), new(3)], [], [new(3)], autoLeave: true, members, 0);
        var bytes = ConfigurationCodec.Encode(sound);
        var learnersNext = 10 + (4 + 16) + (4 + 16) + 4;
        Assert.Equal(1, bytes[learnersNext]);

        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(learnersNext + 4), 2);

        Assert.False(ConfigurationCodec.TryDecode(bytes, out _));
    }

    private static void AssertStable(byte[] bytes)
    {
        if (ConfigurationCodec.TryDecode(bytes, out var decoded))
        {
            decoded.Validate();
            Assert.Equal(bytes, ConfigurationCodec.Encode(decoded));
        }
    }

    private static Configuration Crowd(int count) => Configuration.Of(
        Enumerable.Range(1, count).Select(i => new Member(new ReplicaId((ulong)i), new StoreId((ulong)i))), []);

    // One voter, so many outgoing voters who become learners, and nobody described.
    private static byte[] ManyOutgoing(int count)
    {
        var bytes = new List<byte>([1, 0, .. new byte[8]]);
        foreach (var list in (int[][])[[1], [.. Enumerable.Range(2, count)], [], [.. Enumerable.Range(2, count)], []])
        {
            bytes.AddRange(BitConverter.GetBytes(list.Length));
            foreach (var id in list)
            {
                bytes.AddRange(BitConverter.GetBytes((ulong)id));
            }
        }

        return [.. bytes];
    }

    // Every member gets a part: 1 both halves, 2 incoming, 3 outgoing, 4 outgoing and then learner, 5 learner.
    private static Configuration Draw(Prng prng)
    {
        var isJoint = prng.Chance(1, 2);
        var parts = new Dictionary<Member, int>();
        for (var i = 1UL; i <= 7; i++)
        {
            var incarnation = prng.Chance(1, 2) ? new Incarnation(prng.Next(), prng.Next()) : Incarnation.Unbound;
            var member = new Member(new ReplicaId(i), new StoreId(prng.Next()), incarnation, prng.NextBelow(100));
            var part = isJoint ? prng.NextBetween(0, 5) : prng.NextBelow(3) switch { 0 => 0, 1 => 2, _ => 5 };
            if (part > 0)
            {
                parts.Add(member, part);
            }
        }

        var outgoing = In(parts, 1, 3, 4);
        return new Configuration(
            In(parts, 1, 2),
            outgoing,
            In(parts, 5),
            In(parts, 4),
            outgoing.Length > 0 && prng.Chance(1, 2),
            parts.Keys,
            prng.NextBelow(4UL));
    }

    private static ReplicaId[] In(Dictionary<Member, int> parts, params int[] wanted) =>
        [.. parts.Where(part => wanted.Contains(part.Value)).Select(part => part.Key.Replica)];

    private static Configuration InBothHalves(int count)
    {
        ReplicaId[] ids = [.. Enumerable.Range(1, count).Select(id => new ReplicaId((ulong)id))];
        var members = ids.Select(id => new Member(id, new StoreId(id.Value)));
        return new Configuration(ids, ids, [], [], autoLeave: true, members, recoveryGeneration: 1);
    }

    private static byte[] VotersByHand(int count)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write((byte)1);
        writer.Write((byte)0);
        writer.Write(0UL);
        writer.Write(count);
        Enumerable.Range(1, count).ToList().ForEach(id => writer.Write((ulong)id));
        writer.Write(new byte[3 * 4]);
        writer.Write(count);
        foreach (var id in Enumerable.Range(1, count))
        {
            writer.Write((ulong)id);
            writer.Write((ulong)id);
            writer.Write(new byte[16 + 4]);
        }

        return stream.ToArray();
    }
}
