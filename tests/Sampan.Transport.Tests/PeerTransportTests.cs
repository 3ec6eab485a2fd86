using System.Net;
using System.Net.Sockets;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Tests;

/// <summary>Two stores on loopback. Every wait is for an event; a bound only ends a test that fails.</summary>
public sealed class PeerTransportTests : IDisposable
{
    private readonly List<PeerTransport> _running = [];

    [Fact]
    public void Messages_arrive_in_order_and_answers_find_their_way_back()
    {
        var two = new TestHandler(2, 20);
        var one = new TestHandler(1, 10);
        var second = Start(2, two);
        var first = Start(1, one, second);
        one.Hear("connected 2");
        two.Hear("connected 1");
        for (var i = 0UL; i < 1_000; i++)
        {
            first.Send(new StoreId(2), Heartbeat(i));
            second.Send(new StoreId(1), Heartbeat(i));
        }

        for (var i = 0UL; i < 1_000; i++)
        {
            Assert.Equal(i, two.Next().Message?.Raft?.Round);
            Assert.Equal(i, one.Next().Message?.Raft?.Round);
        }
    }

    [Fact]
    public void A_message_larger_than_a_frame_arrives_whole()
    {
        var two = new TestHandler(2, 20);
        var one = new TestHandler(1, 10);
        var first = Start(1, one, Start(2, two));
        one.Hear("connected 2");
        var payload = new byte[3_000_000];
        new Prng(1).Fill(payload);
        first.Send(new StoreId(2), Append(payload));
        first.Send(new StoreId(2), Append([7]));
        Assert.Equal(payload, two.Next().Message?.Raft?.Entries[0].Payload.ToArray());
        Assert.Equal([7], two.Next().Message?.Raft?.Entries[0].Payload.ToArray());
    }

    [Fact]
    public void A_store_that_comes_back_is_dialed_again_and_the_loss_is_told_once()
    {
        var two = new TestHandler(2, 20);
        var one = new TestHandler(1, 10);
        var second = Start(2, two);
        var endpoint = second.Endpoint;
        var first = Start(1, one, second);
        one.Hear("connected 2");
        second.Dispose();
        Assert.Null(one.Next().Message);
        var again = new TestHandler(2, 21);
        Start(2, again, endpoint);
        one.Hear("connected 2");
        again.Hear("connected 1");
        first.Send(new StoreId(2), Heartbeat(5));
        Assert.Equal(5UL, again.Next().Message?.Raft?.Round);
        Assert.Empty(one.Inbox);
    }

    /// <summary>A host that takes connections and never says a word.</summary>
    [Fact]
    public void A_peer_that_never_answers_holds_up_no_other_R21_R51()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var port = Assert.IsType<IPEndPoint>(silent.LocalEndpoint).Port;
        var two = new TestHandler(2, 20);
        var one = new TestHandler(1, 10);
        var second = Start(2, two);
        var first = StartBeside(1, one, [
            new PeerAddress(new StoreId(3), "127.0.0.1", port),
            new PeerAddress(new StoreId(2), "127.0.0.1", second.Endpoint.Port)]);
        one.Hear("connected 2");
        two.Hear("connected 1");
        for (var i = 0UL; i < 1_000; i++)
        {
            first.Send(new StoreId(3), Heartbeat(i));
            first.Send(new StoreId(2), Heartbeat(i));
        }

        for (var i = 0UL; i < 1_000; i++)
        {
            Assert.Equal(i, two.Next().Message?.Raft?.Round);
        }
    }

    [Fact]
    public void A_refusal_is_told_to_both_sides()
    {
        var two = new TestHandler(2, 20) { Refusal = "another cluster; check --initial-cluster-token" };
        var one = new TestHandler(1, 10);
        Start(1, one, Start(2, two));
        Assert.Contains("another cluster", one.Hear("refused"), StringComparison.Ordinal);
        Assert.Contains("another cluster", two.Hear("refused"), StringComparison.Ordinal);
        Assert.Empty(two.Inbox);
    }

    /// <summary>Whoever was given up by a recovery learns it, though he is the one that dials (I-36).</summary>
    [Fact]
    public void What_a_refusal_shows_reaches_the_side_that_dialed()
    {
        var two = new TestHandler(2, 20)
        {
            Refusal = "it was given up",
            Shown = new TestHandler(2, 20).Introduce(new StoreId(1)) with { RecoveryGeneration = 7 },
        };
        var one = new TestHandler(1, 10) { Refusal = "understood" };
        Start(1, one, Start(2, two));
        Assert.True(one.Decided.TryTake(out var shown, TimeSpan.FromSeconds(30)));
        Assert.Equal(7UL, shown.RecoveryGeneration);
    }

    [Fact]
    public void What_is_sent_without_a_stream_is_reported()
    {
        var one = new TestHandler(1, 10);
        var first = Start(1, one);
        first.Send(new StoreId(2), Append([1]));
        Assert.Equal("unreachable 2 3", one.Hear("unreachable"));
        first.Send(new StoreId(2), StoreMessage.Of(new ForwardedProposal
        {
            Group = new GroupId(3),
            Replica = new ReplicaId(2),
            Origin = default,
        }));
        Assert.Equal(new StoreId(2), one.Next().From.Store);
        first.Send(new StoreId(2), StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Credit,
            Group = new GroupId(3),
            Transfer = 9,
            CreditBytes = 1,
        }));
        Assert.Equal("unsent 2 Credit of transfer 9", one.Hear("unsent"));
    }

    [Fact]
    public void A_stream_is_told_before_its_messages()
    {
        var two = new TestHandler(2, 20);
        var one = new TestHandler(1, 10);
        var first = Start(1, one, Start(2, two));
        one.Hear("connected 2");
        first.Send(new StoreId(2), Heartbeat(1));
        var from = two.Next().From;
        Assert.True(two.Opening.TryTake(out var opened));
        Assert.Equal(from, opened);
    }

    [Fact]
    public void Whoever_is_expelled_delivers_nothing_more_and_may_come_back()
    {
        var two = new TestHandler(2, 20);
        var one = new TestHandler(1, 10);
        var second = Start(2, two);
        two.OnReceived = from => second.Expel(from, "nobody says that");
        var first = Start(1, one, second);
        one.Hear("connected 2");
        for (var i = 0UL; i < 100; i++)
        {
            first.Send(new StoreId(2), Heartbeat(i));
        }

        var (from, message) = two.Next();
        Assert.Equal(0UL, message?.Raft?.Round);
        Assert.Equal((from, null), two.Next());
        Assert.Contains("nobody says that", two.Hear("intruder"), StringComparison.Ordinal);
        Assert.Contains("nobody says that", two.Hear("lost 1"), StringComparison.Ordinal);
        two.OnReceived = null;
        two.Hear("connected 1");
        second.Expel(from, "its stream is gone already");
        one.Hear("connected 2");
        first.Send(new StoreId(2), Heartbeat(7));
        Assert.NotNull(two.Next().Message);
    }

    [Fact]
    public void Only_the_life_that_is_meant_is_disconnected()
    {
        var two = new TestHandler(2, 20);
        var second = Start(2, two);
        Start(1, new TestHandler(1, 10), second);
        two.Hear("connected 1");
        second.Disconnect(new StoreId(1), new BootId(9), "an earlier life");
        second.Disconnect(new StoreId(1), new BootId(10), "it was removed");
        Assert.Equal("lost 1: it was removed", two.Hear("lost 1"));
        two.Hear("connected 1");
    }

    [Fact]
    public void A_newer_stream_ends_the_older_one_before_it_delivers()
    {
        var two = new TestHandler(2, 20);
        var second = Start(2, two);
        var one = new TestHandler(1, 10);
        Start(1, one, second);
        one.Hear("connected 2");
        two.Hear("connected 1");
        var reborn = new TestHandler(1, 11);
        var again = Start(1, reborn, second);
        reborn.Hear("connected 2");
        again.Send(new StoreId(2), Heartbeat(9));
        var lost = two.Next();
        Assert.Null(lost.Message);
        Assert.Equal(new BootId(10), lost.From.Boot);
        var next = two.Next();
        // The older one may have dialed again meanwhile, which ends the newer one in turn.
        Assert.True(next.Message is null || next.From.Number > lost.From.Number);
    }

    /// <summary>Ends what runs.</summary>
    public void Dispose()
    {
        foreach (var transport in _running)
        {
            transport.Dispose();
        }
    }

    private PeerTransport Start(ulong store, TestHandler handler, params PeerTransport[] peers) =>
        Start(store, handler, new IPEndPoint(IPAddress.Loopback, 0), peers);

    private PeerTransport Start(ulong store, TestHandler handler, IPEndPoint listen, params PeerTransport[] peers) =>
        StartAt(
            store,
            handler,
            listen,
            [.. peers.Select(peer => new PeerAddress(new StoreId(2), "127.0.0.1", peer.Endpoint.Port))]);

    private PeerTransport StartBeside(ulong store, TestHandler handler, PeerAddress[] peers) =>
        StartAt(store, handler, new IPEndPoint(IPAddress.Loopback, 0), peers);

    private PeerTransport StartAt(ulong store, TestHandler handler, IPEndPoint listen, PeerAddress[] peers)
    {
        var options = new PeerTransportOptions
        {
            Store = new StoreId(store),
            Listen = listen,
            Peers = peers,
            RedialMin = TimeSpan.FromMilliseconds(1),
            RedialMax = TimeSpan.FromMilliseconds(5),
        };
        var transport = new PeerTransport(options, TimeProvider.System, new Prng(store), handler);
        _running.Add(transport);
        transport.Start(handler);
        return transport;
    }

    private static StoreMessage Heartbeat(ulong round) => StoreMessage.Of(new Message
    {
        Kind = MessageKind.Heartbeat,
        Group = new GroupId(3),
        From = new ReplicaId(1),
        To = new ReplicaId(2),
        Term = 1,
        Round = round,
    });

    private static StoreMessage Append(byte[] payload) => StoreMessage.Of(new Message
    {
        Kind = MessageKind.Append,
        Group = new GroupId(3),
        From = new ReplicaId(1),
        To = new ReplicaId(2),
        Term = 1,
        Entries = [new Entry(EntryKind.Command, 1, 1, 0, payload)],
    });
}
