using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// Messages between stores. Each lane of a pair of stores is first in, first out while its stream lasts; a stream that
/// breaks loses any suffix of what was sent and is reported by <see cref="ITransportHandler.PeerLost"/>. Sends never
/// block and never fail: what cannot be sent is dropped, and for appends reported as unreachable.
/// A forwarded proposal or its answer is lost only together with its stream: where there is no stream, or no room on
/// it, the transport ends it and reports <see cref="ITransportHandler.PeerLost"/>, so that a door never waits for an
/// answer that cannot come.
/// So it is with a frame of a snapshot transfer, whose other end would wait for ever for what comes behind it: it is
/// lost only together with its stream. Where there is no room for it on its stream, the transport ends the stream;
/// where there is no stream, it reports <see cref="ITransportHandler.SnapshotUnsent"/>.
/// </summary>
public interface ITransport
{
    /// <summary>Begins to connect, accept and deliver.</summary>
    void Start(ITransportHandler handler);

    /// <summary>Sends to a store; any thread. Messages to unknown stores are dropped.</summary>
    void Send(StoreId to, StoreMessage message);

    /// <summary>
    /// Ends a stream by which came what no honest store sends; any thread. The sentence is for the operator, who is
    /// told and finds it counted. Nothing happens where the stream is gone already.
    /// </summary>
    void Expel(StoreConnection from, string reason);

    /// <summary>
    /// Ends the stream of a store's life, if there is one: the store is no longer accepted as what it was. It may come
    /// again. Any thread.
    /// </summary>
    void Disconnect(StoreId store, BootId boot, string reason);

    /// <summary>Ends all streams; nothing is delivered afterwards. Idempotent.</summary>
    void Stop();
}
