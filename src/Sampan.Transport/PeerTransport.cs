using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Transport.Streams;
using Sampan.Transport.Wire;

namespace Sampan.Transport;

/// <summary>
/// The way to other stores over TCP: of each pair one connection, dialed by the store with the smaller id, dialed again
/// whenever it breaks. It reads on threads of its own; a send writes to the socket at once where it can. Any thread may
/// send. Dispose it after <see cref="Stop"/>.
/// </summary>
public sealed class PeerTransport : ITransport, IDisposable
{
    private readonly PeerTransportOptions _options;
    private readonly TimeProvider _time;
    private readonly IPeerEvents _events;
    private readonly ConcurrentDictionary<StoreId, Peer> _peers = new();
    private readonly ConcurrentDictionary<PeerStream, bool> _streams = new();
    private readonly ManualResetEventSlim _stop = new(initialState: false);
    private readonly Socket _listener;
    private readonly List<Thread> _threads = [];
    private readonly ConcurrentDictionary<Socket, bool> _dialing = new();

    // Guards the numbers that delays are drawn from.
    private readonly Lock _prngGate = new();
    private readonly Prng _prng;
    private readonly Lobby _lobby;
    private readonly Complaints _complaints;
    private ITimer? _sums;
    private ITransportHandler? _handler;

    /// <summary>
    /// A transport that listens, so that a port in use is known at once (<see cref="SocketException"/>), but accepts
    /// nobody before <see cref="Start"/>.
    /// </summary>
    public PeerTransport(PeerTransportOptions options, TimeProvider time, Prng prng, IPeerEvents events)
    {
        options.Validate();
        _options = options;
        _time = time;
        _prng = prng;
        _events = events;
        _lobby = new Lobby(options.LobbyMax);
        _complaints = new Complaints(time, events);
        _listener = new Socket(options.Listen.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            _listener.Bind(options.Listen);
            _listener.Listen();
        }
        catch (SocketException)
        {
            _listener.Dispose();
            throw;
        }
    }

    /// <summary>Where it listens, with the port it was given.</summary>
    public IPEndPoint Endpoint => _listener.LocalEndPoint as IPEndPoint
        ?? throw new InvalidOperationException("the transport does not listen any more");

    /// <summary>Whether a stream to a store is open.</summary>
    public bool IsConnected(StoreId store) => _peers.TryGetValue(store, out var peer) && peer.Current is not null;

    /// <inheritdoc/>
    public void Start(ITransportHandler handler)
    {
        _handler = handler;
        _sums = _time.CreateTimer(_ => _complaints.Sum(), null, Complaints.Window, Complaints.Window);
        foreach (var address in _options.Peers)
        {
            _peers[address.Store] = new Peer(address.Store, handler);
            if (_options.Store.CompareTo(address.Store) < 0)
            {
                StartThread($"peer-dial-{address.Store}", () => Dial(address));
            }
        }

        StartThread("peer-accept", Accept);
    }

    /// <inheritdoc/>
    public void Send(StoreId to, StoreMessage message)
    {
        var lane = Lanes.Of(message);
        var stream = _peers.TryGetValue(to, out var peer) ? peer.Current : null;
        if (stream is not null && stream.TrySend(lane, message))
        {
            return;
        }

        if (lane == Lanes.Append)
        {
            _handler?.PeerUnreachable(to, message.Group);
        }
        else if (stream is not null && (lane == Lanes.Snapshot || message.Forward is not null))
        {
            // What must not be lost alone takes its stream along; its thread reports the loss.
            stream.End();
        }
        else if (message.Forward is not null)
        {
            _handler?.PeerLost(new StoreConnection(to, default, 0));
        }
        else if (message.Snapshot is not null)
        {
            _handler?.SnapshotUnsent(to, message.Snapshot);
        }
    }

    /// <inheritdoc/>
    public void Expel(StoreConnection from, string reason)
    {
        if (_peers.TryGetValue(from.Store, out var peer)
            && peer.End(connection => connection == from, reason, _time.GetTimestamp()) is { } stream)
        {
            _complaints.Intruder(stream.Origin, $"store {from.Store} at {stream.Address}", reason);
        }
    }

    /// <inheritdoc/>
    public void Disconnect(StoreId store, BootId boot, string reason)
    {
        if (_peers.TryGetValue(store, out var peer))
        {
            peer.End(connection => connection.Boot == boot, reason, expelledAt: null);
        }
    }

    /// <inheritdoc/>
    public void Stop()
    {
        _stop.Set();
        _sums?.Dispose();
        _listener.Dispose();
        foreach (var socket in _dialing.Keys)
        {
            socket.Dispose();
        }

        foreach (var stream in _streams.Keys)
        {
            stream.End();
        }

        Thread[] threads;
        // The gate of the list of threads.
        lock (_threads)
        {
            threads = [.. _threads];
        }

        foreach (var thread in threads)
        {
            thread.Join();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Stop();
        _stop.Dispose();
    }

    private void Dial(PeerAddress address)
    {
        var delay = _options.RedialMin;
        while (!_stop.IsSet)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            try
            {
                if (TryConnect(socket, address) && MakeStream(socket) is { } stream)
                {
                    delay = Run(stream, address.Store) ? _options.RedialMin : delay;
                }
            }
            finally
            {
                socket.Dispose();
            }

            delay = IsBarred(address.Store) ? _options.RedialMax : delay;
            _stop.Wait(Jittered(delay));
            delay = delay * 2 < _options.RedialMax ? delay * 2 : _options.RedialMax;
        }
    }

    private bool TryConnect(Socket socket, PeerAddress address)
    {
        // The system would try for minutes; the timer ends that by closing the socket.
        using var timer = _time.CreateTimer(
            static state => ((Socket?)state)?.Dispose(), socket, _options.HandshakeTimeout, Timeout.InfiniteTimeSpan);
        _dialing.TryAdd(socket, true);
        try
        {
            socket.Connect(address.Host, address.Port);
            // Where nobody listens, a socket can be given that very port, and then connects to itself.
            return !Equals(socket.LocalEndPoint, socket.RemoteEndPoint);
        }
        catch (SocketException)
        {
            return false;
        }
        catch (ObjectDisposedException)
        {
            return false;
        }
        finally
        {
            _dialing.TryRemove(socket, out _);
        }
    }

    private void Accept()
    {
        while (!_stop.IsSet)
        {
            try
            {
                var socket = _listener.Accept();
                if (_streams.Count >= _options.ConnectionsMax || MakeStream(socket) is not { } stream)
                {
                    socket.Dispose();
                    continue;
                }

                _lobby.Enter(stream)?.End();
                StartThread("peer-accepted", () => RunAccepted(stream));
            }
            catch (SocketException)
            {
                // The listener was closed, or the other side was gone before it was accepted.
                _stop.Wait(_options.RedialMin);
            }
            catch (ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void RunAccepted(PeerStream stream)
    {
        Run(stream, dialed: null);
        // The gate of the list of threads.
        lock (_threads)
        {
            _threads.Remove(Thread.CurrentThread);
        }
    }

    private PeerStream? MakeStream(Socket socket)
    {
        try
        {
            var stream = new PeerStream(socket, _options, _time);
            _streams.TryAdd(stream, true);
            return stream;
        }
        catch (SocketException)
        {
            // The other side is gone already.
            return null;
        }
    }

    // The life of a connection; returns whether it was ever open.
    private bool Run(PeerStream stream, StoreId? dialed)
    {
        var isOpen = false;
        try
        {
            if (_stop.IsSet || _handler is null)
            {
                return false;
            }

            if (Shake(stream, dialed, _handler, out var other) is { } refusal)
            {
                // By store where this side knows which; else by address, since anybody may say that he is a store.
                var who = other is null ? stream.Address : $"store {other.Store} at {stream.Address}";
                var (origin, whom) = dialed is { } known ? ($"store {known}", $"store {known}") : (stream.Origin, who);
                _complaints.Refused(origin, whom, refusal);
            }
            else if (other is not null)
            {
                isOpen = true;
                Carry(stream, other, _handler);
            }
        }
        catch (InvalidDataException exception)
        {
            _complaints.Intruder(stream.Origin, stream.Address, exception.Message);
        }
        catch (SocketException)
        {
            // The connection is gone; it is dialed again.
        }
        finally
        {
            _lobby.Leave(stream);
            _streams.TryRemove(stream, out _);
            stream.Dispose();
        }

        return isOpen;
    }

    private string? Shake(PeerStream stream, StoreId? dialed, ITransportHandler handler, out Handshake? other)
    {
        if (dialed is { } wanted)
        {
            return stream.Call(handler, wanted, out other);
        }

        return stream.Answer(
            handler,
            store =>
            {
                _lobby.Leave(stream);
                return IsBarred(store) ? "it was cut off a moment ago; the log of the one who did says why" : null;
            },
            out other);
    }

    // Whoever was cut off for what he sent waits a little, so that he is not served again and again.
    private bool IsBarred(StoreId store) => _peers.TryGetValue(store, out var peer) && peer.ExpelledAt is { } at
        && _time.GetElapsedTime(at) < _options.RedialMax;

    private void Carry(PeerStream stream, Handshake other, ITransportHandler handler)
    {
        var peer = _peers.GetOrAdd(other.Store, static (store, owner) => new Peer(store, owner), handler);
        var writer = new Thread(stream.RunWriter) { IsBackground = true, Name = $"peer-write-{other.Store}" };
        writer.Start();
        peer.Open(stream, other.Boot);
        _events.OnConnected(other.Store, stream.Address);
        var reason = "the connection ended";
        try
        {
            while (stream.Receive() is { } message)
            {
                if (!peer.TryDeliver(stream, message))
                {
                    reason = "a newer stream took its place";
                    break;
                }
            }
        }
        catch (InvalidDataException exception)
        {
            Expel(stream.Connection, exception.Message);
        }
        finally
        {
            peer.Close(stream);
            stream.End();
            writer.Join();
            _events.OnLost(other.Store, _stop.IsSet ? "this store stops" : stream.EndReason ?? reason);
        }
    }

    private TimeSpan Jittered(TimeSpan delay)
    {
        // The gate of the numbers.
        lock (_prngGate)
        {
            return delay * (0.5 + (_prng.NextBelow(1000) / 1000.0));
        }
    }

    private void StartThread(string name, ThreadStart body)
    {
        var thread = new Thread(body) { IsBackground = true, Name = name };
        // The gate of the list of threads.
        lock (_threads)
        {
            _threads.Add(thread);
        }

        thread.Start();
    }
}
