using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Faults;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Network;

/// <summary>
/// Connects every pair of stores by a stream that obeys the contract of <see cref="ITransport"/>: first in, first out
/// in each lane while it lasts; lanes overtake each other; a break loses any suffix and is reported to each end, before
/// anything of a newer stream arrives. A stream never repeats anything.
/// </summary>
internal sealed class SimulatedNetwork
{
    private readonly Dictionary<(StoreId From, StoreId To), TimeSpan> _lags = [];
    private readonly SimulatedTimeline _timeline;
    private readonly Prng _prng;
    private readonly FaultLedger _ledger;
    private readonly SortedDictionary<StoreId, SimulatedTransport> _attached = [];
    private readonly List<StorePair> _pairs = [];

    /// <summary>A network among stores, none of which runs.</summary>
    public SimulatedNetwork(
        SimulatedTimeline timeline, Prng prng, FaultLedger ledger, IReadOnlyList<StoreId> stores)
    {
        _ledger = ledger;
        _timeline = timeline;
        _prng = prng;
        for (var i = 0; i < stores.Count; i++)
        {
            for (var j = i + 1; j < stores.Count; j++)
            {
                _pairs.Add(new StorePair(this, stores[i], stores[j]));
            }
        }
    }

    /// <summary>Told when a part of a snapshot has arrived at a store.</summary>
    public Action<StoreId>? SnapshotArrived { get; set; }

    /// <summary>How it behaves.</summary>
    public NetworkWeather Weather { get; } = new();

    /// <summary>All pairs of stores.</summary>
    public IReadOnlyList<StorePair> Pairs => _pairs;

    /// <summary>Simulated time.</summary>
    public Instant Now => _timeline.Now;

    /// <summary>A process runs.</summary>
    public void Attach(SimulatedTransport transport)
    {
        _attached[transport.Store] = transport;
        foreach (var pair in PairsOf(transport.Store))
        {
            pair.Connect();
        }
    }

    /// <summary>A process is gone.</summary>
    public void Detach(SimulatedTransport transport)
    {
        _attached.Remove(transport.Store);
        foreach (var pair in PairsOf(transport.Store))
        {
            pair.Lose(transport);
        }
    }

    /// <summary>Finds the process of a store.</summary>
    public bool TryGet(StoreId store, [NotNullWhen(true)] out SimulatedTransport? transport) =>
        _attached.TryGetValue(store, out transport);

    /// <summary>Sends a message; those to unknown stores are dropped.</summary>
    public void Send(SimulatedTransport from, StoreId to, StoreMessage message)
    {
        foreach (var pair in _pairs)
        {
            if ((pair.First == from.Store && pair.Second == to) || (pair.Second == from.Store && pair.First == to))
            {
                pair.Send(from, message);
                return;
            }
        }
    }

    /// <summary>One end no longer accepts the other: the stream breaks.</summary>
    public void Disconnect(SimulatedTransport from, StoreId to, BootId boot)
    {
        foreach (var pair in PairsOf(from.Store).Where(pair => pair.First == to || pair.Second == to))
        {
            pair.Disconnect(from, boot);
        }
    }

    /// <summary>Stops or lets pass what goes from one store to another.</summary>
    public void Block(StoreId from, StoreId to, bool isBlocked)
    {
        foreach (var pair in _pairs)
        {
            if ((pair.First == from && pair.Second == to) || (pair.Second == from && pair.First == to))
            {
                pair.Block(to, isBlocked);
            }
        }
    }

    /// <summary>
    /// Somebody introduces himself to a store who is not welcome: of another cluster, or as that very store. He must be
    /// refused, and whatever he says be forgotten.
    /// </summary>
    public void SendStranger(StoreId to)
    {
        if (!TryGet(to, out var transport))
        {
            return;
        }

        var facts = transport.Handler.Introduce(to);
        var isOfAnotherCluster = _prng.Chance(1, 2);
        var stranger = facts with
        {
            ClusterId = isOfAnotherCluster ? facts.ClusterId + 1 : facts.ClusterId,
            Incarnation = new Incarnation(_prng.Next() | 1, _prng.Next()),
            Boot = new BootId(_prng.Next()),
        };
        transport.Handler.Decide(stranger, new StreamDecision(refusal =>
        {
            if (refusal is null)
            {
                throw new SimulationFailedException($"store {to} accepted a stranger: {stranger}");
            }
        }));
    }

    /// <summary>All ways are free.</summary>
    public void Heal()
    {
        foreach (var pair in _pairs)
        {
            pair.Block(pair.First, isBlocked: false);
            pair.Block(pair.Second, isBlocked: false);
        }

        _lags.Clear();
    }

    /// <summary>Plans what happens to a stream.</summary>
    public void Plan(TimeSpan delay, Action action) => _timeline.Schedule(Now.After(delay), action);

    /// <summary>Plans the arrival of a message.</summary>
    public void PlanDelivery(Instant at, Action action) => _timeline.Schedule(at, action);

    /// <summary>
    /// Tells a store, a little later, that there was no way for a message: an append by its group; a forwarded proposal
    /// as if its stream had been lost with it, so that its door does not wait for ever; a frame of a snapshot transfer
    /// as what it is, so that its transfer does not.
    /// </summary>
    public void ReportDropped(SimulatedTransport from, StoreId to, StoreMessage message)
    {
        if (from.IsAlive && message.Kind == StoreMessageKind.Forward)
        {
            Plan(TimeSpan.FromMicroseconds(1), () => ReportLost(from, to));
        }

        if (from.IsAlive && message.Raft?.Kind == MessageKind.Append)
        {
            Plan(TimeSpan.FromMicroseconds(1), () => Report(from, to, message.Group));
        }

        if (from.IsAlive && message.Snapshot is { } frame)
        {
            Plan(TimeSpan.FromMicroseconds(1), () => ReportUnsent(from, to, frame));
        }
    }

    /// <summary>Whether a message finds its queue full. Only what raft repeats by itself is bounded that way.</summary>
    public bool DrawDrop(StoreMessage message) =>
        Draw(message, Weather.DropPerMille, FaultKind.MessageDropped);

    /// <summary>Whether a message arrives twice.</summary>
    public bool DrawRepeat(StoreMessage message) =>
        Draw(message, Weather.RepeatPerMille, FaultKind.MessageRepeated);

    /// <summary>Whether later messages overtake this one.</summary>
    public bool DrawOvertaken(StoreMessage message) =>
        Draw(message, Weather.OvertakePerMille, FaultKind.MessageOvertaken);

    /// <summary>Whether a frame of a snapshot finds its queue full, which ends its stream.</summary>
    public bool DrawBreak(StoreMessage message) =>
        message.Kind == StoreMessageKind.Snapshot && _prng.Chance(Weather.DropPerMille, 1000);

    /// <summary>How long a message takes.</summary>
    public TimeSpan DrawLatency()
    {
        var microseconds = Weather.LatencyMicroseconds + _prng.NextBelow(Weather.JitterMicroseconds + 1);
        if (_prng.Chance(Weather.TailPerMille, 1000))
        {
            _ledger.Count(FaultKind.MessageDelayed);
            microseconds *= 100;
        }

        return TimeSpan.FromMicroseconds(microseconds);
    }

    /// <summary>How long a message takes on this way.</summary>
    public TimeSpan DrawLatency(StoreId from, StoreId to) =>
        DrawLatency() + (_lags.TryGetValue((from, to), out var lag) ? lag : TimeSpan.Zero);

    /// <summary>Makes a way longer, or (zero) as short as it was.</summary>
    public void Lag(StoreId from, StoreId to, TimeSpan lag) => _lags[(from, to)] = lag;

    /// <summary>How much later than its turn a message comes that others overtake, or that comes again.</summary>
    public TimeSpan DrawDetour() => TimeSpan.FromMicroseconds(
        1 + _prng.NextBelow(_prng.Chance(1, 8) ? 200_000 : 2000));

    /// <summary>Something happened to a stream.</summary>
    public void Count(FaultKind kind) => _ledger.Count(kind);

    /// <summary>How long it takes until an end notices that its stream broke; sometimes very long.</summary>
    public TimeSpan DrawNotice()
    {
        if (!_prng.Chance(1, 10))
        {
            return TimeSpan.FromMilliseconds(1 + _prng.NextBelow(20));
        }

        _ledger.Count(FaultKind.StreamHalfOpen);
        return TimeSpan.FromMilliseconds(100 + _prng.NextBelow(2000));
    }

    /// <summary>How long it takes until a stream whose way is blocked is given up.</summary>
    public TimeSpan DrawPatience() => TimeSpan.FromMilliseconds(200 + _prng.NextBelow(2000));

    /// <summary>How long it takes until a stream is opened again.</summary>
    public TimeSpan DrawBackOff() => TimeSpan.FromMilliseconds(1 + _prng.NextBelow(30));

    /// <summary>A part of a time.</summary>
    public TimeSpan DrawBelow(TimeSpan bound) => _prng.NextBelow(bound);

    private bool Draw(StoreMessage message, uint perMille, FaultKind kind)
    {
        var isDrawn = perMille > 0 && message.Kind == StoreMessageKind.Raft && _prng.Chance(perMille, 1000);
        if (isDrawn)
        {
            _ledger.Count(kind);
        }

        return isDrawn;
    }

    private static void ReportLost(SimulatedTransport from, StoreId to)
    {
        if (from.IsAlive)
        {
            from.Handler.PeerLost(new StoreConnection(to, default, 0));
        }
    }

    private static void ReportUnsent(SimulatedTransport from, StoreId to, SnapshotFrame frame)
    {
        if (from.IsAlive)
        {
            from.Handler.SnapshotUnsent(to, frame);
        }
    }

    private static void Report(SimulatedTransport from, StoreId to, GroupId group)
    {
        if (from.IsAlive)
        {
            from.Handler.PeerUnreachable(to, group);
        }
    }

    private IEnumerable<StorePair> PairsOf(StoreId store) =>
        _pairs.Where(pair => pair.First == store || pair.Second == store);
}
