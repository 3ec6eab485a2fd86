using System.Net;
using FsCheck;
using FsCheck.Fluent;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Tests;

/// <summary>
/// Purpose: whoever reaches the peer port without being a store learns nothing, keeps nobody out, and ends nothing; nor
/// does a store whose bytes are damaged.
/// </summary>
public sealed class StrangerTests : IDisposable
{
    private readonly TestHandler _handler = new(2, 20);
    private readonly PeerTransport _transport;
    private readonly List<PeerTransport> _others = [];

    /// <summary>A transport that runs.</summary>
    public StrangerTests()
    {
        _transport = Make(2, _handler, handshake: TimeSpan.FromSeconds(30));
        _transport.Start(_handler);
    }

    [Fact]
    public void Whoever_is_refused_learns_nothing_but_why()
    {
        _handler.Refusal = "who are you?";
        using var stranger = new Stranger(_transport.Endpoint);
        stranger.Send(Stranger.Hello(Facts(7)));
        Assert.Equal(
            Stranger.Frame(FrameKind.Refuse, Lanes.Control, "who are you?"u8), stranger.ReadToEnd());
    }

    [Fact]
    public void A_silent_crowd_keeps_no_store_out_and_is_shown_the_door()
    {
        var silent = Enumerable.Range(0, 40).Select(_ => new Stranger(_transport.Endpoint)).ToList();
        AssertGoesOn();
        // All but those for whom there is room.
        silent.Take(40 - 8).ToList().ForEach(stranger => Assert.Empty(stranger.ReadToEnd()));
        silent.ForEach(stranger => stranger.Dispose());
    }

    [Fact]
    public void A_byte_now_and_then_does_not_keep_a_connection()
    {
        var handler = new TestHandler(3, 30);
        using var impatient = Make(3, handler, handshake: TimeSpan.FromMilliseconds(50));
        impatient.Start(handler);
        using var stranger = new Stranger(impatient.Endpoint);
        var hello = Stranger.Frame(FrameKind.Hello, Lanes.Control, new byte[4000]);
        stranger.Send(hello.AsSpan(0, 20));
        // He would have bytes for hours.
        var said = handler.Said;
        for (var i = 20; said.Count == 0; i = Math.Min(i + 1, hello.Length - 1))
        {
            stranger.Send(hello.AsSpan(i, i < 2000 ? 1 : 0));
        }

        Assert.Contains("said nothing", handler.Hear("refused"), StringComparison.Ordinal);
    }

    [Fact]
    public void What_strangers_say_is_told_once_and_forges_nothing()
    {
        for (var i = 0; i < 20; i++)
        {
            using var stranger = new Stranger(_transport.Endpoint);
            stranger.Send(Stranger.Frame(FrameKind.Accept, Lanes.Control, "\ncrit: forged"u8));
            stranger.ReadToEnd();
        }

        var refused = new TestHandler(1, 10);
        _handler.Refusal = "no\ncrit: forged";
        var other = Make(1, refused, TimeSpan.FromSeconds(30), _transport.Endpoint);
        other.Start(refused);
        Assert.Equal("refused: no?crit: forged", refused.Hear("refused"));
        other.Stop();
        Assert.Single(_handler.Said, said => said.StartsWith("intruder", StringComparison.Ordinal));
        Assert.DoesNotContain(_handler.Said, said => said.Contains("crit", StringComparison.Ordinal)
            && said.StartsWith("intruder", StringComparison.Ordinal));
    }

    /// <summary>A hello and messages, cut or changed anywhere, with checksums that are right or not.</summary>
    [Fact]
    public void No_bytes_end_a_transport()
    {
        Prop.ForAll(Gen.Choose(1, int.MaxValue).ToArbitrary(), seed =>
        {
            var prng = new Prng((ulong)seed);
            using var stranger = new Stranger(_transport.Endpoint);
            if (prng.NextBelow(4) == 0)
            {
                stranger.Send(Damages.Of(prng, Stranger.Hello(Facts(7))));
            }
            else if (stranger.Shake(Facts(7)))
            {
                for (var i = 0; i < 5; i++)
                {
                    var frames = Stranger.Frames(RandomMessages.Draw(prng));
                    stranger.Send(prng.NextBelow(2) == 0 ? frames : Damages.Of(prng, frames));
                }
            }

            stranger.Finish();
            stranger.ReadToEnd();
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(400));
        AssertGoesOn();
    }

    /// <summary>Ends what runs.</summary>
    public void Dispose()
    {
        _others.ForEach(other => other.Dispose());
        _transport.Dispose();
    }

    private static Handshake Facts(ulong store) => new TestHandler(store, store * 10).Introduce(new StoreId(2));

    private static PeerTransport Make(
        ulong store, TestHandler handler, TimeSpan handshake, params IPEndPoint[] second) => new(
        new PeerTransportOptions
        {
            Store = new StoreId(store),
            Listen = new IPEndPoint(IPAddress.Loopback, 0),
            Peers = [.. second.Select(endpoint => new PeerAddress(new StoreId(2), "127.0.0.1", endpoint.Port))],
            HandshakeTimeout = handshake,
            RedialMin = TimeSpan.FromMilliseconds(1),
            RedialMax = TimeSpan.FromMilliseconds(5),
            LobbyMax = 8,
        },
        TimeProvider.System,
        new Prng(store),
        handler);

    private void AssertGoesOn()
    {
        var handler = new TestHandler(1, 10);
        var honest = Make(1, handler, TimeSpan.FromSeconds(30), _transport.Endpoint);
        _others.Add(honest);
        honest.Start(handler);
        handler.Hear("connected 2");
        honest.Send(new StoreId(2), StoreMessage.Of(new Message
        {
            Kind = MessageKind.Heartbeat,
            Group = new GroupId(3),
            From = new ReplicaId(1),
            To = new ReplicaId(2),
            Term = 1,
        }));
        StoreConnection from;
        do
        {
            from = _handler.Next().From;
        }
        while (from.Store != new StoreId(1));
        Assert.Equal(new BootId(10), from.Boot);
    }
}
