using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Streams;

/// <summary>
/// Another store, and the one stream to it that counts. A newer stream ends the older one, and says so, before anything
/// of it is delivered.
/// </summary>
internal sealed class Peer
{
    // Guards the fields below, and is held while something is delivered, so that nothing of a stream comes after its
    // loss was reported. The handler never blocks; it may end the stream while it takes a message.
    private readonly Lock _gate = new();
    private readonly StoreId _store;
    private readonly ITransportHandler _handler;
    private PeerStream? _current;
    private ulong _lastNumber;
    private long? _expelledAt;

    /// <summary>A store without a stream.</summary>
    public Peer(StoreId store, ITransportHandler handler)
    {
        _store = store;
        _handler = handler;
    }

    /// <summary>The stream that counts, if there is one.</summary>
    public PeerStream? Current
    {
        get
        {
            // The gate of the present stream.
            lock (_gate)
            {
                return _current;
            }
        }
    }

    /// <summary>A stream whose handshake was accepted takes the place of the present one.</summary>
    public void Open(PeerStream stream, BootId boot)
    {
        PeerStream? older;
        // The gate of the present stream.
        lock (_gate)
        {
            older = _current;
            if (older is not null)
            {
                _handler.PeerLost(older.Connection);
            }

            stream.Connection = new StoreConnection(_store, boot, ++_lastNumber);
            _current = stream;
            _handler.Opened(stream.Connection);
        }

        older?.End();
    }

    /// <summary>
    /// Ends the present stream if it is the one that is meant; null if it is not, or has been ended before.
    /// </summary>
    public PeerStream? End(Predicate<StoreConnection> isMeant, string reason, long? expelledAt)
    {
        PeerStream? ended = null;
        // The gate of the present stream.
        lock (_gate)
        {
            if (_current is { EndReason: null } stream && isMeant(stream.Connection))
            {
                stream.EndReason = reason;
                _expelledAt = expelledAt ?? _expelledAt;
                ended = stream;
            }
        }

        ended?.End();
        return ended;
    }

    /// <summary>When a stream was ended last for what came by it; null: none was.</summary>
    public long? ExpelledAt
    {
        get
        {
            // The gate of the present stream.
            lock (_gate)
            {
                return _expelledAt;
            }
        }
    }

    /// <summary>Delivers a message of a stream; false if another has taken its place, or it was ended.</summary>
    public bool TryDeliver(PeerStream stream, StoreMessage message)
    {
        // The gate of the present stream.
        lock (_gate)
        {
            if (_current != stream || stream.EndReason is not null)
            {
                return false;
            }

            _handler.Received(stream.Connection, message);
            return true;
        }
    }

    /// <summary>A stream has ended; false if another took its place before.</summary>
    public bool Close(PeerStream stream)
    {
        // The gate of the present stream.
        lock (_gate)
        {
            if (_current != stream)
            {
                return false;
            }

            _current = null;
            _handler.PeerLost(stream.Connection);
            return true;
        }
    }
}
