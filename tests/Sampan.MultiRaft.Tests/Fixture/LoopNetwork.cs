using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>Connects the stores of a test: messages wait in a queue until the test delivers them.</summary>
internal sealed class LoopNetwork
{
    private readonly Dictionary<StoreId, LoopTransport> _transports = [];
    private readonly Queue<(LoopTransport From, StoreId To, StoreMessage Message)> _queue = new();
    private readonly HashSet<StoreId> _cut = [];
    private readonly HashSet<(StoreId From, StoreId To)> _muted = [];

    /// <summary>The end of a store.</summary>
    public LoopTransport Join(StoreId store, BootId boot)
    {
        var transport = new LoopTransport(store, boot, this);
        _transports[store] = transport;
        return transport;
    }

    /// <summary>A store started: it and all others introduce themselves to each other.</summary>
    public void Connect(LoopTransport store)
    {
        foreach (var other in _transports.Values.Where(other => other != store && other.Handler is not null))
        {
            if (!IsMuted(store, other))
            {
                Introduce(store, other);
                Introduce(other, store);
            }
        }
    }

    /// <summary>What the one sends no longer reaches the other, handshakes included; nobody notices.</summary>
    public void Mute(int from, int to) => _muted.Add((new StoreId((ulong)from), new StoreId((ulong)to)));

    /// <summary>Two stores hear each other no longer.</summary>
    public void Part(int one, int other)
    {
        Mute(one, other);
        Mute(other, one);
    }

    /// <summary>All hear each other again, and those that have never met introduce themselves.</summary>
    public void HealAll()
    {
        _cut.Clear();
        _muted.Clear();
        foreach (var store in _transports.Values.Where(store => store.Handler is not null).ToArray())
        {
            Connect(store);
        }
    }

    /// <summary>Nothing reaches the store, and nothing leaves it; the streams end.</summary>
    public void Cut(StoreId store)
    {
        _cut.Add(store);
        foreach (var other in _transports.Values)
        {
            if (other.Store != store)
            {
                other.Handler?.PeerLost(ConnectionOf(_transports[store]));
                _transports[store].Handler?.PeerLost(ConnectionOf(other));
            }
        }
    }

    /// <summary>The store is reachable again.</summary>
    public void Heal(StoreId store) => _cut.Remove(store);

    /// <summary>What becomes of a message on its way; null: it is lost. Unset: nothing.</summary>
    public Func<StoreId, StoreMessage, StoreMessage?>? Tap { get; set; }

    /// <summary>
    /// Takes a message that a store sends. Where no stream is, a frame of a snapshot is reported, other messages are
    /// not.
    /// </summary>
    public void Send(LoopTransport from, StoreId to, StoreMessage message)
    {
        var hasStream = !_cut.Contains(from.Store) && !_cut.Contains(to)
            && _transports.TryGetValue(to, out var target) && target.Handler is not null;
        if (!hasStream && message.Snapshot is not null)
        {
            from.Handler?.SnapshotUnsent(to, message.Snapshot);
            return;
        }

        var sent = Tap is null ? message : Tap(to, message);
        if (sent is not null)
        {
            _queue.Enqueue((from, to, sent));
        }
    }

    /// <summary>A message on its way, as if a store had sent it.</summary>
    public void Inject(StoreId from, StoreId to, StoreMessage message) => Send(_transports[from], to, message);

    /// <summary>A message arrives at a store, whoever sent it, and whether or not he was accepted.</summary>
    public void Arrive(StoreConnection from, StoreId to, StoreMessage message) =>
        _transports[to].Handler?.Received(from, message);

    /// <summary>A message arrives at a store as if the other one had sent it.</summary>
    public void Arrive(StoreId from, StoreId to, StoreMessage message) =>
        Arrive(ConnectionOf(_transports[from]), to, message);

    /// <summary>Delivers what waits; returns whether anything did.</summary>
    public bool Deliver()
    {
        var count = _queue.Count;
        for (var i = 0; i < count; i++)
        {
            var (from, to, message) = _queue.Dequeue();
            var isCut = _cut.Contains(from.Store) || _cut.Contains(to) || _muted.Contains((from.Store, to));
            if (isCut || !_transports.TryGetValue(to, out var target) || target.Handler is null
                || _transports[from.Store] != from)
            {
                continue;
            }

            if (target.Accepted.Contains(from.Boot) && from.Accepted.Contains(target.Boot))
            {
                target.Handler.Received(ConnectionOf(from), message);
            }
            else if (message.Forward is not null)
            {
                // A proposal is never lost without a word.
                from.Handler?.PeerLost(new StoreConnection(to, default, 0));
            }
        }

        return count > 0;
    }

    /// <summary>A stream between two stores ends; they may connect again.</summary>
    public void End(LoopTransport one, BootId boot)
    {
        var other = _transports.Values.FirstOrDefault(transport => transport.Boot == boot);
        if (other is not null)
        {
            one.Accepted.Remove(other.Boot);
            other.Accepted.Remove(one.Boot);
            one.Handler?.PeerLost(ConnectionOf(other));
            other.Handler?.PeerLost(ConnectionOf(one));
        }
    }

    /// <summary>Whoever is not connected, and not cut off, tries again.</summary>
    public void Redial()
    {
        var stores = _transports.Values
            .Where(store => store.Handler is not null && !_cut.Contains(store.Store))
            .ToArray();
        foreach (var one in stores)
        {
            foreach (var other in stores.Where(other => other.Store.CompareTo(one.Store) > 0))
            {
                if (!IsMuted(one, other) && !(one.Accepted.Contains(other.Boot) && other.Accepted.Contains(one.Boot)))
                {
                    Introduce(one, other);
                    Introduce(other, one);
                }
            }
        }
    }

    private bool IsMuted(LoopTransport one, LoopTransport other) =>
        _muted.Contains((one.Store, other.Store)) || _muted.Contains((other.Store, one.Store));

    private static void Introduce(LoopTransport from, LoopTransport to) =>
        to.Handler?.Decide(from.Handler!.Introduce(to.Store), new Reply(from, to)); // Both have started.

    private static StoreConnection ConnectionOf(LoopTransport transport) =>
        new(transport.Store, transport.Boot, transport.Boot.Value);

    private sealed class Reply(LoopTransport from, LoopTransport to) : IHandshakeReply
    {
        public void Accept()
        {
            if (to.Accepted.Add(from.Boot) && from.Accepted.Contains(to.Boot))
            {
                to.Handler?.Opened(ConnectionOf(from));
                from.Handler?.Opened(ConnectionOf(to));
            }
        }

        public void Refuse(string reason, Handshake? shown = null) => to.Refusals.Add(reason);
    }
}
