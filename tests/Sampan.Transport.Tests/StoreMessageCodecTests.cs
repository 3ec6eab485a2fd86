using FsCheck;
using FsCheck.Fluent;
using Sampan.Base;
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
