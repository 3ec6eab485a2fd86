using FsCheck;
using FsCheck.Fluent;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Transport.Streams;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Tests;

/// <summary>Valid messages come back whole; anything else is refused, whatever it is.</summary>
public sealed class StoreMessageCodecTests
{
    private static readonly Config Many = Config.QuickThrowOnFailure.WithMaxTest(3_000);

    [Fact]
    public void A_message_comes_back_as_it_was() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var bytes = Encode(seed);
            Assert.True(StoreMessageCodec.TryRead(bytes, out var read));
            var writer = new WireWriter();
            StoreMessageCodec.Write(writer, read);
            return writer.Written.SequenceEqual(bytes);
        }).Check(Many);

    [Fact]
    public void A_message_that_was_cut_or_prolonged_is_refused() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var bytes = Encode(seed);
            for (var length = 0; length < bytes.Length; length++)
            {
                Assert.False(StoreMessageCodec.TryRead(bytes.AsMemory(0, length), out _));
            }

            return !StoreMessageCodec.TryRead((byte[])[.. bytes, 0], out _);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(200));

    [Fact]
    public void A_message_that_was_changed_is_refused_or_read_as_what_it_now_is() =>
        Prop.ForAll(Seeds(), seed =>
        {
            var prng = new Prng((ulong)seed * 31);
            var bytes = Encode(seed);
            for (var i = 0; i < 3; i++)
            {
                bytes[prng.NextBelow(bytes.Length)] = (byte)prng.NextBelow(256);
            }

            if (!StoreMessageCodec.TryRead(bytes, out var read))
            {
                return true;
            }

            var writer = new WireWriter();
            StoreMessageCodec.Write(writer, read);
            return writer.Count == bytes.Length || writer.Count > 0;
        }).Check(Many);

    [Fact]
    public void Text_of_others_forges_no_line_of_a_log()
    {
        var evil = "bye\n2026-01-01 crit: forged \u001b[31m\u202eright to left\u2028\u0085 \ue000"u8;
        Assert.Equal("bye?2026-01-01 crit: forged ?[31m?right to left?? ?", WireText.Read(evil));
        Assert.Equal("für später", WireText.Read("für später"u8));
        Assert.Equal("\ufffd\ufffd", WireText.Read([0xC3, 0xFF]));
        Assert.Equal(WireText.LengthMax + 3, WireText.Read(new byte[4000]).Length);
    }

    [Fact]
    public void Many_small_parts_cost_what_they_weigh()
    {
        var parts = new PartBuffer();
        var before = GC.GetAllocatedBytesForCurrentThread();
        parts.Add(new byte[1_000_000]);
        for (var i = 0; i < 100_000; i++)
        {
            parts.Add([(byte)i]);
        }

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 10_000_000);
        var whole = parts.Take();
        Assert.Equal(1_100_000, whole.Length);
        Assert.Equal(unchecked((byte)99_999), whole.Span[^1]);
        Assert.Equal(0, parts.Count);
    }

    [Fact]
    public void A_hello_of_another_version_is_known_by_its_beginning()
    {
        var writer = new WireWriter();
        writer.UInt32(Handshake.CurrentProtocol + 1);
        writer.UInt64(7);
        writer.UInt64(9);
        writer.Byte(1);
        Assert.True(HandshakeCodec.TryReadHello(new WireReader(writer.Written.ToArray()), out var hello));
        Assert.Equal((7UL, new StoreId(9)), (hello.ClusterId, hello.Store));
        Assert.False(HandshakeCodec.TryReadHello(new WireReader(writer.Written[..19].ToArray()), out _));
    }

    [Fact]
    public void Random_bytes_are_refused_without_an_exception() =>
        Prop.ForAll(ArbMap.Default.ArbFor<byte[]>(), bytes =>
        {
            StoreMessageCodec.TryRead(bytes, out _);
            return true;
        }).Check(Many);

    private static Arbitrary<int> Seeds() => Gen.Choose(1, int.MaxValue).ToArbitrary();

    private static byte[] Encode(int seed)
    {
        var writer = new WireWriter();
        StoreMessageCodec.Write(writer, RandomMessages.Draw(new Prng((ulong)seed)));
        return writer.Written.ToArray();
    }
}
