using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>What a transport calls; any thread, never blocking.</summary>
public interface ITransportHandler
{
    /// <summary>
    /// What this store says in its own handshake to <paramref name="to"/>, before it knows who that is: nothing that
    /// only the true one may know. To a store that dialed, it is said only once that one was accepted.
    /// </summary>
    Handshake Introduce(StoreId to);

    /// <summary>
    /// Decides on another store's handshake. The answer may come later, from another thread (a record must be durable
    /// first); until then nothing of that stream is delivered.
    /// </summary>
    void Decide(Handshake handshake, IHandshakeReply reply);

    /// <summary>
    /// A stream whose handshake was accepted by both is open: what is sent from now on goes by it, and what arrives by
    /// it is delivered after this.
    /// </summary>
    void Opened(StoreConnection connection);

    /// <summary>
    /// A message arrived on a stream whose handshake was accepted. It is taken, or dropped where its sender's bound is
    /// reached.
    /// </summary>
    void Received(StoreConnection from, StoreMessage message);

    /// <summary>
    /// A stream ended, or was replaced by a newer one: what was under way in either direction may be lost.
    /// </summary>
    void PeerLost(StoreConnection connection);

    /// <summary>Appends of a group to a store were dropped, since its queue is full or there is no stream.</summary>
    void PeerUnreachable(StoreId store, GroupId group);

    /// <summary>
    /// A frame of a snapshot transfer was not sent, since there is no stream to that store: the transfer is over at
    /// this end. The other end hears of it by the loss of the stream that it knew. May be called within the call that
    /// sends.
    /// </summary>
    void SnapshotUnsent(StoreId store, SnapshotFrame frame);
}
