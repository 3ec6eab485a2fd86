using System.Net.Sockets;
using Sampan.Model;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Streams;

/// <summary>
/// Writes a stream. Whoever sends writes to the socket itself as long as it takes all at once, which saves a wake-up a
/// message; what the socket does not take is written by the stream's own thread.
/// </summary>
internal sealed class StreamWriter
{
    // Guards all fields below, and is signalled for the stream's own thread. Nothing else is locked while it is held.
    private readonly object _gate = new();
    private readonly Socket _socket;
    private readonly OutboundQueue _queue;
    private readonly WireWriter _message = new();
    private bool _isStuck;
    private bool _isWriting;
    private bool _isEnded;

    // Of the one who writes: what of the buffer the socket has not taken yet.
    private byte[] _buffer = [];
    private int _start;
    private int _end;

    /// <summary>A writer of a socket that does not block.</summary>
    public StreamWriter(Socket socket, PeerTransportOptions options)
    {
        _socket = socket;
        _queue = new OutboundQueue(options);
    }

    /// <summary>
    /// Sends a message, which <paramref name="encode"/> writes; false if there is no room for it, or the stream has
    /// ended.
    /// </summary>
    public bool TrySend<T>(byte lane, GroupId group, T content, Action<WireWriter, T> encode)
    {
        // The gate of the queue.
        lock (_gate)
        {
            if (_isEnded)
            {
                return false;
            }

            _message.Clear();
            encode(_message, content);
            if (!_queue.TryAdd(lane, group, FrameFormat.Cut(_message.Written, lane)))
            {
                return false;
            }

            if (_isWriting)
            {
                return true;
            }

            _isWriting = true;
        }

        Write();
        return true;
    }

    /// <summary>The stream's own thread: writes what got stuck, until the stream ends.</summary>
    public void Run()
    {
        while (true)
        {
            // The gate of the queue.
            lock (_gate)
            {
                while (!_isStuck && !_isEnded)
                {
                    Monitor.Wait(_gate);
                }

                if (_isEnded)
                {
                    return;
                }

                _isStuck = false;
            }

            _socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectWrite);
            Write();
        }
    }

    /// <summary>Nothing is written any more.</summary>
    public void End()
    {
        // The gate of the queue.
        lock (_gate)
        {
            _isEnded = true;
            Monitor.PulseAll(_gate);
        }
    }

    // Only the one who holds _isWriting is here.
    private void Write()
    {
        while (true)
        {
            if (_start == _end)
            {
                // The gate of the queue.
                lock (_gate)
                {
                    // Made when something is sent: most of those who connect without being a store never get there.
                    _buffer = _buffer.Length == 0 ? new byte[FrameFormat.FrameBytesMax] : _buffer;
                    (_start, _end) = (0, _isEnded ? 0 : _queue.Take(_buffer));
                    if (_end == 0)
                    {
                        _isWriting = false;
                        return;
                    }
                }
            }

            var sent = Send(out var error);
            if (error == SocketError.Success)
            {
                _start += sent;
            }
            else if (error == SocketError.WouldBlock)
            {
                // The gate of the queue.
                lock (_gate)
                {
                    _isStuck = true;
                    Monitor.PulseAll(_gate);
                }

                return;
            }
            else
            {
                // The reader notices too, and ends the stream.
                End();
                (_start, _end) = (0, 0);
            }
        }
    }

    // Whoever sends may come a moment after the stream's thread has closed the socket.
    private int Send(out SocketError error)
    {
        try
        {
            return _socket.Send(_buffer.AsSpan(_start, _end - _start), SocketFlags.None, out error);
        }
        catch (ObjectDisposedException)
        {
            error = SocketError.NotConnected;
            return 0;
        }
    }
}
