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
            if (!_muted.Contains((store.Store, other.Store)) && !_muted.Contains((other.Store, store.Store)))
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

    /// <summary>Delivers what waits; returns whether anything did.</summary>
    public bool Deliver()
    {
        var count = _queue.Count;
        for (var i = 0; i < count; i++)
        {
            var (from, to, message) = _queue.Dequeue();
            var isCut = _cut.Contains(from.Store) || _cut.Contains(to) || _muted.Contains((from.Store, to));
            if (!isCut && _transports.TryGetValue(to, out var target) && target.Handler is not null
                && _transports[from.Store] == from && target.Accepted.Contains(from.Boot)
                && from.Accepted.Contains(target.Boot))
            {
                target.Handler.Received(ConnectionOf(from), message);
            }
        }

        return count > 0;
    }

    private static void Introduce(LoopTransport from, LoopTransport to) =>
        to.Handler?.Decide(from.Handler!.Introduce(to.Store), new Reply(from, to)); // Both have started.

    private static StoreConnection ConnectionOf(LoopTransport transport) =>
        new(transport.Store, transport.Boot, transport.Boot.Value);

    private sealed class Reply(LoopTransport from, LoopTransport to) : IHandshakeReply
    {
        public void Accept() => to.Accepted.Add(from.Boot);

        public void Refuse(string reason) => to.Refusals.Add(reason);
    }
}
