using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Faults;

namespace Sampan.Simulation.Network;

/// <summary>
/// The stream between two stores: one at a time, with three lanes each way. It breaks as a whole; its ends notice that
/// each at a time of its own, one of them perhaps only when a newer stream is opened.
/// </summary>
internal sealed class StorePair
{
    private readonly SimulatedNetwork _network;
    private readonly StreamEnd[] _ends = [new(), new()];
    private ulong _lastEpoch;
    private ulong _openEpoch;
    private bool _isConnecting;
    private string _refusal = string.Empty;

    /// <summary>Two stores that are not connected.</summary>
    public StorePair(SimulatedNetwork network, StoreId first, StoreId second)
    {
        _network = network;
        First = first;
        Second = second;
    }

    /// <summary>The store with the smaller id.</summary>
    public StoreId First { get; }

    /// <summary>The other one.</summary>
    public StoreId Second { get; }

    /// <summary>Whether a stream is open and works.</summary>
    public bool IsOpen => _openEpoch != 0;

    /// <summary>Sends from one store to the other.</summary>
    public void Send(SimulatedTransport from, StoreMessage message)
    {
        var isFirst = from.Store == First;
        var sender = _ends[isFirst ? 0 : 1];
        var receiver = _ends[isFirst ? 1 : 0];
        if (sender.Epoch == 0)
        {
            _network.ReportDropped(from, isFirst ? Second : First, message);
            return;
        }

        if (sender.Epoch != _openEpoch)
        {
            // Written into a stream that is broken already, which this end does not know.
            return;
        }

        if (_network.DrawBreak(message))
        {
            Break();
            return;
        }

        if (_network.DrawDrop(message))
        {
            _network.ReportDropped(from, isFirst ? Second : First, message);
            return;
        }

        var lane = LaneOf(message);
        if (receiver.IsBlocked)
        {
            receiver.Held.Add((lane, message));
            return;
        }

        Deliver(receiver, lane, message);
    }

    /// <summary>Stops or lets pass what is sent to a store; what was stopped arrives then in a burst.</summary>
    public void Block(StoreId to, bool isBlocked)
    {
        var receiver = _ends[to == First ? 0 : 1];
        if (receiver.IsBlocked == isBlocked)
        {
            return;
        }

        receiver.IsBlocked = isBlocked;
        if (isBlocked)
        {
            var epoch = _openEpoch;
            _network.Plan(_network.DrawPatience(), () => BreakIfBlocked(epoch));
            return;
        }

        if (receiver.Held.Count > 0)
        {
            _network.Count(FaultKind.BurstAfterClog);
        }

        foreach (var (lane, message) in receiver.Held)
        {
            Deliver(receiver, lane, message);
        }

        receiver.Held.Clear();
        Connect();
    }

    /// <summary>Breaks the stream; any suffix of what is on its way is lost.</summary>
    public void Break()
    {
        if (_openEpoch == 0)
        {
            return;
        }

        var epoch = _openEpoch;
        _openEpoch = 0;
        foreach (var end in _ends)
        {
            var noticed = _network.DrawNotice();
            end.LostAfter = _network.Now.After(_network.DrawBelow(noticed));
            _network.Plan(noticed, () => Notice(end, epoch));
        }
    }

    /// <summary>Breaks the stream if it is one from this process to that life.</summary>
    public void Disconnect(SimulatedTransport from, BootId boot)
    {
        if (Array.Exists(_ends, end => end.Transport == from && end.Connection?.Boot == boot))
        {
            Break();
        }
    }

    /// <summary>A process is gone; the other end notices some time later.</summary>
    public void Lose(SimulatedTransport transport)
    {
        Break();

        // A handshake with it is void; perhaps it never answers.
        _lastEpoch++;
        _isConnecting = false;
        foreach (var end in _ends)
        {
            if (end.Transport == transport)
            {
                end.Close();
                end.Transport = null;
            }
        }
    }

    /// <summary>Tries to open a stream, now or after a while.</summary>
    public void Connect()
    {
        if (!_isConnecting && _openEpoch == 0)
        {
            _isConnecting = true;
            _network.Plan(_network.DrawBackOff(), BeginHandshake);
        }
    }

    private void BeginHandshake()
    {
        _isConnecting = false;
        if (_openEpoch != 0 || _ends[0].IsBlocked || _ends[1].IsBlocked
            || !_network.TryGet(First, out var first) || !_network.TryGet(Second, out var second))
        {
            return;
        }

        var handshake = new StreamHandshake(++_lastEpoch, first, second);
        var fromFirst = first.Handler.Introduce(Second);
        var fromSecond = second.Handler.Introduce(First);
        _isConnecting = true;
        _network.Plan(_network.DrawLatency(), () => Decide(handshake, fromFirst, fromSecond));
    }

    private void Decide(StreamHandshake handshake, Handshake fromFirst, Handshake fromSecond)
    {
        if (handshake.Epoch != _lastEpoch)
        {
            return;
        }

        var first = new StreamDecision(reason => handshake.First.Answer(
            () => Decided(handshake, reason, fromFirst, fromSecond)));
        var second = new StreamDecision(reason => handshake.Second.Answer(
            () => Decided(handshake, reason, fromFirst, fromSecond)));
        handshake.First.Handler.Decide(fromSecond, first);
        handshake.Second.Handler.Decide(fromFirst, second);
    }

    /// <summary>What keeps the two apart, for the one who looks for the cause of a failure.</summary>
    public override string ToString() => $"{First}-{Second}: stream {_openEpoch} of {_lastEpoch}, "
        + $"ends {_ends[0].Epoch} {_ends[1].Epoch}, blocked {_ends[0].IsBlocked} {_ends[1].IsBlocked}, "
        + $"connecting {_isConnecting}, {_refusal}";

    private void Decided(StreamHandshake handshake, string? refusal, Handshake fromFirst, Handshake fromSecond)
    {
        _refusal = refusal ?? _refusal;
        handshake.Add(refusal is null);
        if (handshake.IsDecided && handshake.Epoch == _lastEpoch)
        {
            _network.Plan(
                _network.DrawLatency(), () => EndHandshake(handshake, fromFirst.Boot, fromSecond.Boot));
        }
    }

    private void EndHandshake(StreamHandshake handshake, BootId firstBoot, BootId secondBoot)
    {
        if (handshake.Epoch != _lastEpoch)
        {
            return;
        }

        _isConnecting = false;
        if (!handshake.IsAccepted || _ends[0].IsBlocked || _ends[1].IsBlocked)
        {
            Connect();
            return;
        }

        _openEpoch = handshake.Epoch;
        Open(_ends[0], handshake.First, Second, secondBoot);
        Open(_ends[1], handshake.Second, First, firstBoot);
    }

    private void Open(StreamEnd end, SimulatedTransport transport, StoreId other, BootId boot)
    {
        // The newer stream closes the older one before anything of it is delivered.
        if (end.Connection is { } older)
        {
            _network.Count(FaultKind.StreamStale);
            end.Transport?.Handler.PeerLost(older);
        }

        var connection = new StoreConnection(other, boot, transport.NextConnection());
        end.Open(transport, connection, _openEpoch);
        transport.Handler.Opened(connection);
    }

    private void BreakIfBlocked(ulong epoch)
    {
        if (_openEpoch == epoch && (_ends[0].IsBlocked || _ends[1].IsBlocked))
        {
            Break();
        }
    }

    private void Notice(StreamEnd end, ulong epoch)
    {
        if (end.Epoch == epoch && end.Connection is { } connection)
        {
            end.Close();
            end.Transport?.Handler.PeerLost(connection);
        }

        Connect();
    }

    private void Deliver(StreamEnd receiver, int lane, StoreMessage message)
    {
        var epoch = _openEpoch;
        var isToFirst = receiver == _ends[0];
        var latency = _network.DrawLatency(isToFirst ? Second : First, isToFirst ? First : Second);
        var at = receiver.Order(lane, _network.Now.After(latency));
        if (_network.DrawOvertaken(message))
        {
            at = at.After(_network.DrawDetour());
        }

        _network.PlanDelivery(at, () => Arrive(receiver, epoch, message));
        if (_network.DrawRepeat(message))
        {
            _network.PlanDelivery(at.After(_network.DrawDetour()), () => Arrive(receiver, epoch, message));
        }
    }

    private void Arrive(StreamEnd receiver, ulong epoch, StoreMessage message)
    {
        if (receiver.Epoch == epoch && receiver.Connection is { } connection && _network.Now <= receiver.LostAfter
            && receiver.Transport is { IsAlive: true } transport)
        {
            transport.Handler.Received(connection, message);
            if (message.Kind == StoreMessageKind.Snapshot)
            {
                _network.SnapshotArrived?.Invoke(transport.Store);
            }
        }
    }

    private static int LaneOf(StoreMessage message) => message.Kind switch
    {
        StoreMessageKind.Snapshot => 2,
        StoreMessageKind.Raft when message.Raft?.Kind == MessageKind.Append => 1,
        _ => 0,
    };
}
