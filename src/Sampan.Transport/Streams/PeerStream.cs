using System.Net.Sockets;
using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Streams;

/// <summary>
/// One connection between two stores: the handshake, then messages both ways. It is run by a thread of its own, and a
/// second one writes what the socket does not take at once.
/// </summary>
internal sealed class PeerStream : IDisposable
{
    private const int HelloBytesMax = 4096;
    private const ulong Magic = 0x01_52_45_45_50_50_4D_53; // "SMPPEER", version 1

    private readonly Socket _socket;
    private readonly PeerTransportOptions _options;
    private readonly FrameReader _reader;
    private readonly StreamWriter _writer;
    private readonly PartBuffer[] _parts = [new(), new(), new()];

    /// <summary>A stream over a connected socket.</summary>
    public PeerStream(Socket socket, PeerTransportOptions options, TimeProvider time)
    {
        _socket = socket;
        _options = options;
        (Address, Origin) = PeerOrigin.Of(socket.RemoteEndPoint);
        socket.NoDelay = true;
        socket.Blocking = false;
        // A silent end is noticed within about ten seconds, whether or not anything is sent.
        socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 5);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 2);
        socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
        _reader = new FrameReader(socket, time);
        _writer = new StreamWriter(socket, options);
    }

    /// <summary>The other end's address.</summary>
    public string Address { get; }

    /// <summary>Where it comes from, however many ports it uses.</summary>
    public string Origin { get; }

    /// <summary>Why it was ended by this side; null: it was not. Its peer guards it.</summary>
    public string? EndReason { get; set; }

    /// <summary>Which stream of the other store it is; set when it is open.</summary>
    public StoreConnection Connection { get; set; }

    /// <summary>
    /// The handshake of the side that dialed a store. Null if both accept, else why not. Throws
    /// <see cref="InvalidDataException"/> for somebody who is no store.
    /// </summary>
    public string? Call(ITransportHandler handler, StoreId wanted, out Handshake? other)
    {
        other = null;
        SendHello(handler.Introduce(wanted));
        // The other side decides first.
        if (!_reader.TryRead(HelloBytesMax, _options.HandshakeTimeout * 2))
        {
            return "the other side closed the connection or did not decide in time";
        }

        if (_reader.Kind == FrameKind.Refuse)
        {
            return Sentence();
        }

        other = ReadHello();
        if (other.Store != wanted)
        {
            return Refuse($"store {wanted} was expected there, and store {other.Store} answered");
        }

        return Decide(handler, other, out _) is { } refusal ? Refuse(refusal) : Agree();
    }

    /// <summary>
    /// The handshake of the side that was dialed, as above. It says who it is only to whom it has accepted: others
    /// learn nothing but a sentence. <paramref name="heard"/> is called once a hello has come; what it says is a
    /// refusal.
    /// </summary>
    public string? Answer(ITransportHandler handler, Func<StoreId, string?> heard, out Handshake? other)
    {
        other = null;
        if (!_reader.TryRead(HelloBytesMax, _options.HandshakeTimeout))
        {
            return "the other side closed the connection or said nothing";
        }

        other = ReadHello();
        Handshake? shown = null;
        if ((heard(other.Store) ?? Decide(handler, other, out shown)) is { } refusal)
        {
            if (shown is not null)
            {
                SendHello(shown);
            }

            return Refuse(refusal);
        }

        SendHello(handler.Introduce(other.Store));
        return Agree();
    }

    /// <summary>Sends a message; false if there is no room for it, or the stream has ended.</summary>
    public bool TrySend(byte lane, StoreMessage message) =>
        _writer.TrySend(lane, message.Group, message, StoreMessageCodec.Write);

    /// <summary>
    /// Waits for the next message; null at the end of the stream. Throws <see cref="InvalidDataException"/> for what no
    /// store would send.
    /// </summary>
    public StoreMessage? Receive()
    {
        while (_reader.TryRead(FrameFormat.PayloadBytesMax, patience: null))
        {
            if (_reader.Kind is not (FrameKind.Last or FrameKind.Part))
            {
                throw new InvalidDataException($"a {_reader.Kind} frame in an open stream");
            }

            var parts = _parts[_reader.Lane];
            if (_reader.Kind == FrameKind.Last && parts.Count == 0)
            {
                return Decode(_reader.Payload, isOwn: false);
            }

            if (parts.Count + (long)_reader.Payload.Length > _options.MessageBytesMax)
            {
                throw new InvalidDataException($"a message above {_options.MessageBytesMax} bytes");
            }

            parts.Add(_reader.Payload.Span);
            if (_reader.Kind == FrameKind.Last)
            {
                return Decode(parts.Take(), isOwn: true);
            }
        }

        return null;
    }

    /// <summary>Writes what gets stuck, until the stream ends; for a thread of its own.</summary>
    public void RunWriter() => _writer.Run();

    /// <summary>Ends it: both threads return soon.</summary>
    public void End()
    {
        _writer.End();
        try
        {
            _socket.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // It is not connected any more.
        }
        catch (ObjectDisposedException)
        {
            // Its thread was faster.
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.End();
        _socket.Dispose();
    }

    private StoreMessage Decode(ReadOnlyMemory<byte> bytes, bool isOwn)
    {
        if (!StoreMessageCodec.TryRead(bytes, out var message))
        {
            throw new InvalidDataException("a message that cannot be read");
        }

        var isKept = message.Raft is { Entries.Count: > 0 } or { Snapshot: not null } || message.Forward is not null
            || message.Snapshot is not null;
        if (isKept && !isOwn)
        {
            _reader.Keep();
        }

        return message;
    }

    private void SendHello(Handshake handshake)
    {
        var writer = new WireWriter();
        writer.UInt64(Magic);
        HandshakeCodec.Write(writer, handshake);
        Send(FrameKind.Hello, writer.Written);
    }

    private Handshake ReadHello()
    {
        var reader = new WireReader(_reader.Payload);
        if (_reader.Kind != FrameKind.Hello || reader.UInt64() != Magic)
        {
            throw new InvalidDataException("no hello of a store");
        }

        return HandshakeCodec.TryReadHello(reader, out var handshake)
            ? handshake
            : throw new InvalidDataException("a hello that cannot be read");
    }

    private string? Decide(ITransportHandler handler, Handshake other, out Handshake? shown)
    {
        var decision = new HandshakeDecision();
        handler.Decide(other, decision);
        var isAccepted = decision.Wait(_options.HandshakeTimeout, out var refusal);
        shown = decision.Shown;
        return isAccepted ? null : refusal;
    }

    private string Refuse(string reason)
    {
        Send(FrameKind.Refuse, Encoding.UTF8.GetBytes(reason));
        return reason;
    }

    private string? Agree()
    {
        Send(FrameKind.Accept, []);
        // The other side may have to decide yet.
        if (!_reader.TryRead(HelloBytesMax, _options.HandshakeTimeout * 2))
        {
            return "the other side closed the connection or did not decide in time";
        }

        var (kind, sentence) = (_reader.Kind, Sentence());
        if (kind == FrameKind.Accept)
        {
            _reader.Widen();
            return null;
        }

        return kind == FrameKind.Refuse
            ? sentence
            : throw new InvalidDataException($"a {kind} frame in a handshake");
    }

    private string Sentence() => WireText.Read(_reader.Payload.Span);

    // In the handshake nothing else is sent, and a new socket has room for it.
    private void Send(FrameKind kind, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[FrameFormat.HeaderBytes + payload.Length];
        payload.CopyTo(frame.AsSpan(FrameFormat.HeaderBytes));
        FrameFormat.Seal(frame, kind, Lanes.Control);
        _socket.Send(frame, SocketFlags.None, out var error);
        if (error != SocketError.Success)
        {
            throw new SocketException((int)error);
        }
    }
}
