using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>The incarnation recorded of a store, durable or on its way, and who waits for it.</summary>
internal sealed class PeerRecord
{
    // A store has few streams; one that keeps shaking hands while the disk is slow must not fill the memory.
    private const int WaitingMax = 8;

    private readonly Queue<(Handshake Handshake, IHandshakeReply Reply)> _waiting = new();

    /// <summary>A record of this incarnation.</summary>
    /// <param name="incarnation">The incarnation.</param>
    /// <param name="underWay">How many records of the store are on their way, this one included; 0 if found.</param>
    public PeerRecord(Incarnation incarnation, int underWay)
    {
        Incarnation = incarnation;
        UnderWay = underWay;
    }

    /// <summary>The incarnation.</summary>
    public Incarnation Incarnation { get; }

    /// <summary>
    /// How many records of the store are on their way. They arrive in order, so only with the last one it is this
    /// incarnation that a crash would leave.
    /// </summary>
    public int UnderWay { get; set; }

    /// <summary>Whether it would be found after a crash.</summary>
    public bool IsDurable => UnderWay == 0;

    /// <summary>Keeps a handshake until the record is durable; of too many the oldest is refused.</summary>
    public void Wait(Handshake handshake, IHandshakeReply reply)
    {
        if (_waiting.Count == WaitingMax)
        {
            _waiting.Dequeue().Reply.Refuse(Refusals.Superseded(handshake.Store));
        }

        _waiting.Enqueue((handshake, reply));
    }

    /// <summary>Takes the handshakes that waited, in their order.</summary>
    public IReadOnlyList<(Handshake Handshake, IHandshakeReply Reply)> TakeWaiting()
    {
        var taken = _waiting.ToArray();
        _waiting.Clear();
        return taken;
    }
}
