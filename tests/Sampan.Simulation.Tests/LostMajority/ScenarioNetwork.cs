using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>
/// Streams between stores, as <see cref="ITransport"/> promises them: first in, first out, broken as a whole, and both
/// ends told before the next one is opened.
/// </summary>
internal sealed class ScenarioNetwork
{
    private readonly SimulatedTimeline _timeline;
    private readonly Prng _prng;
    private readonly SortedDictionary<StoreId, ScenarioTransport> _attached = [];
    private readonly List<ScenarioLink> _links = [];

    /// <summary>A network among stores 1 to <paramref name="count"/>.</summary>
    public ScenarioNetwork(SimulatedTimeline timeline, Prng prng, int count)
    {
        _timeline = timeline;
        _prng = prng;
        for (var i = 1; i <= count; i++)
        {
            for (var j = i + 1; j <= count; j++)
            {
                _links.Add(new ScenarioLink(new StoreId((ulong)i), new StoreId((ulong)j)));
            }
        }
    }

    /// <summary>A process runs.</summary>
    public void Attach(ScenarioTransport transport)
    {
        _attached[transport.Store] = transport;
        foreach (var link in LinksOf(transport.Store))
        {
            Connect(link);
        }
    }

    /// <summary>A process is gone.</summary>
    public void Detach(ScenarioTransport transport)
    {
        _attached.Remove(transport.Store);
        foreach (var link in LinksOf(transport.Store))
        {
            Break(link);
        }
    }

    /// <summary>The stream to a life of a store, if it is open, ends.</summary>
    public void End(ScenarioTransport by, StoreId store, BootId boot)
    {
        var link = Find(by.Store, store);
        if (link.IsOpen && link.Connections[link.EndOf(by.Store)].Boot == boot)
        {
            Break(link);
        }
    }

    /// <summary>Two stores hear each other no longer, or again.</summary>
    public void Part(StoreId one, StoreId other, bool isParted)
    {
        var link = Find(one, other);
        link.IsParted = isParted;
        if (isParted)
        {
            Break(link);
        }
        else
        {
            Connect(link);
        }
    }

    /// <summary>Sends a message.</summary>
    public void Send(ScenarioTransport from, StoreId to, StoreMessage message)
    {
        var link = Find(from.Store, to);
        if (from.Handler is null)
        {
            return;
        }

        if (!link.IsOpen)
        {
            ReportDropped(from, to, message);
            return;
        }

        var (end, epoch) = (link.EndOf(to), link.Epoch);
        _timeline.Schedule(link.Orders[end].Next(_timeline.Now.After(Latency())), () =>
        {
            if (link.Epoch == epoch && _attached.TryGetValue(to, out var target))
            {
                target.Handler?.Received(link.Connections[end], message);
            }
        });
    }

    private static void ReportDropped(ScenarioTransport from, StoreId to, StoreMessage message)
    {
        if (message.Raft?.Kind == MessageKind.Append)
        {
            from.Handler?.PeerUnreachable(to, message.Group);
        }
        else if (message.Kind == StoreMessageKind.Forward)
        {
            from.Handler?.PeerLost(new StoreConnection(to, default, 0));
        }
    }

    private void Connect(ScenarioLink link)
    {
        if (!link.IsConnecting && !link.IsOpen)
        {
            link.IsConnecting = true;
            _timeline.Schedule(
                _timeline.Now.After(TimeSpan.FromMilliseconds(1 + _prng.NextBelow(20))), () => ShakeHands(link));
        }
    }

    private void ShakeHands(ScenarioLink link)
    {
        link.IsConnecting = false;
        if (link.IsParted || !_attached.TryGetValue(link.First, out var first)
            || !_attached.TryGetValue(link.Second, out var second) || first.Handler is null || second.Handler is null)
        {
            return;
        }

        var epoch = ++link.Epoch;
        link.IsConnecting = true;
        link.Accepted = 0;
        var (ofFirst, ofSecond) = (first.Handler.Introduce(link.Second), second.Handler.Introduce(link.First));
        _timeline.Schedule(_timeline.Now.After(Latency()), () =>
        {
            if (link.Epoch == epoch)
            {
                first.Handler?.Decide(ofSecond, new Reply(first, reason => Decided(link, epoch, first, reason)));
                second.Handler?.Decide(ofFirst, new Reply(second, reason => Decided(link, epoch, second, reason)));
            }
        });

        void Decided(ScenarioLink decided, ulong of, ScenarioTransport by, string? reason)
        {
            if (reason is not null)
            {
                by.Refusals.Add(reason);
            }

            if (decided.Epoch != of)
            {
                return;
            }

            decided.Accepted += reason is null ? 1 : 0;
            if (reason is not null)
            {
                decided.Epoch++;
                decided.IsConnecting = false;
                Connect(decided);
            }
            else if (decided.Accepted == 2)
            {
                decided.IsConnecting = false;
                decided.IsOpen = true;
                decided.Connections[0] = new StoreConnection(decided.Second, ofSecond.Boot, first.NextNumber());
                decided.Connections[1] = new StoreConnection(decided.First, ofFirst.Boot, second.NextNumber());
                first.Handler?.Opened(decided.Connections[0]);
                second.Handler?.Opened(decided.Connections[1]);
            }
        }
    }

    private void Break(ScenarioLink link)
    {
        var wasOpen = link.IsOpen;
        link.IsOpen = false;
        link.IsConnecting = false;
        var epoch = ++link.Epoch;
        var lost = link.Connections.ToArray();
        _timeline.Schedule(_timeline.Now.After(TimeSpan.FromMilliseconds(1 + _prng.NextBelow(10))), () =>
        {
            if (wasOpen)
            {
                _attached.GetValueOrDefault(link.First)?.Handler?.PeerLost(lost[0]);
                _attached.GetValueOrDefault(link.Second)?.Handler?.PeerLost(lost[1]);
            }

            if (link.Epoch == epoch)
            {
                Connect(link);
            }
        });
    }

    private TimeSpan Latency() => TimeSpan.FromMicroseconds(
        50 + _prng.NextBelow(_prng.Chance(1, 100) ? 20_000 : 500));

    private ScenarioLink Find(StoreId one, StoreId other) =>
        LinksOf(one).First(link => link.First == other || link.Second == other);

    private IEnumerable<ScenarioLink> LinksOf(StoreId store) =>
        _links.Where(link => link.First == store || link.Second == store);

    private sealed class Reply(ScenarioTransport by, Action<string?> decided) : IHandshakeReply
    {
        public void Accept() => by.Process.Send(() => decided(null));

        public void Refuse(string reason, Handshake? shown = null) => by.Process.Send(() => decided(reason));
    }
}
