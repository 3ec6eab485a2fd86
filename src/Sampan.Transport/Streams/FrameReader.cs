using System.Net.Sockets;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Streams;

/// <summary>
/// Reads frames from a socket into chunks that belong to the garbage collector: what was handed out is never written
/// again. One thread.
/// </summary>
internal sealed class FrameReader
{
    private const int ChunkBytes = 64 * 1024;

    // A handshake needs no more, and anybody may begin one.
    private const int FirstChunkBytes = 8 * 1024;

    private readonly Socket _socket;
    private readonly TimeProvider _time;
    private byte[] _chunk = new byte[FirstChunkBytes];
    private int _start;
    private int _end;
    private bool _isKept;

    /// <summary>A reader of a socket that does not block.</summary>
    public FrameReader(Socket socket, TimeProvider time)
    {
        _socket = socket;
        _time = time;
    }

    /// <summary>The frame that was read.</summary>
    public FrameKind Kind { get; private set; }

    /// <summary>Its lane.</summary>
    public byte Lane { get; private set; }

    /// <summary>Its payload.</summary>
    public ReadOnlyMemory<byte> Payload { get; private set; }

    /// <summary>The handshake is over: from now on it pays to read much at once.</summary>
    public void Widen()
    {
        var next = new byte[ChunkBytes];
        _chunk.AsSpan(_start, _end - _start).CopyTo(next);
        (_chunk, _start, _end, _isKept) = (next, 0, _end - _start, false);
    }

    /// <summary>Somebody keeps what was read: its chunk is not used again.</summary>
    public void Keep() => _isKept = true;

    /// <summary>
    /// Waits for the whole of the next frame, so long at most where a time is given. False at the end of the stream or
    /// of the time; throws <see cref="InvalidDataException"/> for what is no frame, or damaged.
    /// </summary>
    public bool TryRead(int payloadBytesMax, TimeSpan? patience)
    {
        var begin = _time.GetTimestamp();
        if (!TryFill(FrameFormat.HeaderBytes, begin, patience))
        {
            return false;
        }

        var header = _chunk.AsSpan(_start, FrameFormat.HeaderBytes);
        if (FrameFormat.Check(header, payloadBytesMax) is { } wrong)
        {
            throw new InvalidDataException(wrong);
        }

        var length = FrameFormat.LengthOf(header);
        if (!TryFill(length, begin, patience))
        {
            return false;
        }

        if (!FrameFormat.IsIntact(_chunk.AsSpan(_start, length)))
        {
            throw new InvalidDataException("a frame whose checksum is wrong");
        }

        Kind = (FrameKind)_chunk[_start + 8];
        Lane = _chunk[_start + 9];
        Payload = _chunk.AsMemory(_start + FrameFormat.HeaderBytes, length - FrameFormat.HeaderBytes);
        _start += length;
        return true;
    }

    private bool TryFill(int count, long begin, TimeSpan? patience)
    {
        if (_end == _start && !_isKept)
        {
            (_start, _end) = (0, 0);
        }

        if (_chunk.Length - _start < count)
        {
            var next = _isKept || count > _chunk.Length ? new byte[Math.Max(ChunkBytes, count)] : _chunk;
            _chunk.AsSpan(_start, _end - _start).CopyTo(next);
            (_chunk, _start, _end, _isKept) = (next, 0, _end - _start, false);
        }

        while (_end - _start < count)
        {
            // Of the frame, not of the next byte: else a byte now and then would keep a connection for ever.
            var wait = patience is { } time ? time - _time.GetElapsedTime(begin) : Timeout.InfiniteTimeSpan;
            var isOver = patience is not null && wait <= TimeSpan.Zero;
            if (isOver || !_socket.Poll(wait, SelectMode.SelectRead))
            {
                return false;
            }

            var got = _socket.Receive(_chunk.AsSpan(_end), SocketFlags.None, out var error);
            if (error != SocketError.WouldBlock)
            {
                if (got <= 0 || error != SocketError.Success)
                {
                    return false;
                }

                _end += got;
            }
        }

        return true;
    }
}
