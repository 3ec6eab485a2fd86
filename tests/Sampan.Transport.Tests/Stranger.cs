using System.Net;
using System.Net.Sockets;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Tests;

/// <summary>
/// Somebody at a peer port who says what he likes. Every wait is for the other side; a bound only ends a test that
/// fails.
/// </summary>
internal sealed class Stranger : IDisposable
{
    private const int Patience = 30_000;
    private static readonly byte[] _magic = [0x53, 0x4D, 0x50, 0x50, 0x45, 0x45, 0x52, 0x01];
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
    {
        ReceiveTimeout = Patience,
        SendTimeout = Patience,
    };

    /// <summary>He connects.</summary>
    public Stranger(IPEndPoint to) => _socket.Connect(to);

    /// <summary>A hello, as a frame.</summary>
    public static byte[] Hello(Handshake facts)
    {
        var writer = new WireWriter();
        foreach (var one in _magic)
        {
            writer.Byte(one);
        }

        HandshakeCodec.Write(writer, facts);
        return Frame(FrameKind.Hello, Lanes.Control, writer.Written);
    }

    /// <summary>A whole frame.</summary>
    public static byte[] Frame(FrameKind kind, byte lane, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[FrameFormat.HeaderBytes + payload.Length];
        payload.CopyTo(frame.AsSpan(FrameFormat.HeaderBytes));
        FrameFormat.Seal(frame, kind, lane);
        return frame;
    }

    /// <summary>A message, as frames.</summary>
    public static byte[] Frames(StoreMessage message)
    {
        var writer = new WireWriter();
        StoreMessageCodec.Write(writer, message);
        return FrameFormat.Cut(writer.Written, Lanes.Of(message));
    }

    /// <summary>Sends; false if the other side has ended the connection.</summary>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _socket.Send(bytes, SocketFlags.None) == bytes.Length;
        }
        catch (SocketException exception) when (exception.SocketErrorCode != SocketError.TimedOut)
        {
            return false;
        }
    }

    /// <summary>
    /// Says that nothing more comes, and reads all that the other side sends until it ends the connection.
    /// </summary>
    public byte[] ReadToEnd()
    {
        using var all = new MemoryStream();
        var chunk = new byte[4096];
        try
        {
            while (_socket.Receive(chunk) is > 0 and var count)
            {
                all.Write(chunk, 0, count);
            }
        }
        catch (SocketException exception) when (exception.SocketErrorCode != SocketError.TimedOut
            && exception.SocketErrorCode != SocketError.WouldBlock)
        {
            // Ended, and not politely, since not all that was sent had been read.
        }

        return all.ToArray();
    }

    /// <summary>Says that nothing more comes.</summary>
    public void Finish()
    {
        try
        {
            _socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The other side was faster.
        }
    }

    /// <summary>Reads the next frame.</summary>
    public (FrameKind Kind, byte[] Payload) ReadFrame()
    {
        var header = Read(FrameFormat.HeaderBytes);
        return ((FrameKind)header[8], Read(FrameFormat.LengthOf(header) - FrameFormat.HeaderBytes));
    }

    /// <summary>Shakes hands; false if he is refused.</summary>
    public bool Shake(Handshake facts)
    {
        Send(Hello(facts));
        if (ReadFrame().Kind != FrameKind.Hello || ReadFrame().Kind != FrameKind.Accept)
        {
            return false;
        }

        return Send(Frame(FrameKind.Accept, Lanes.Control, []));
    }

    /// <inheritdoc/>
    public void Dispose() => _socket.Dispose();

    private byte[] Read(int count)
    {
        var bytes = new byte[count];
        for (var got = 0; got < count;)
        {
            var more = _socket.Receive(bytes.AsSpan(got), SocketFlags.None);
            got += more > 0 ? more : throw new InvalidDataException("the connection was ended");
        }

        return bytes;
    }
}
