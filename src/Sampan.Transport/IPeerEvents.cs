using Sampan.Model;

namespace Sampan.Transport;

/// <summary>Hears what happens between stores, for logs and metrics. Any thread; must not block.</summary>
public interface IPeerEvents
{
    /// <summary>A stream to a store is open.</summary>
    void OnConnected(StoreId store, string address);

    /// <summary>A stream to a store ended.</summary>
    void OnLost(StoreId store, string reason);

    /// <summary>A handshake was refused, by this store or by the other; the sentence says why and what to do.</summary>
    void OnRefused(string whom, string reason);

    /// <summary>
    /// So much of what would have been told as refused or cut off was left out, since the same was told a moment ago or
    /// it was too much.
    /// </summary>
    void OnSuppressed(string origin, long count);

    /// <summary>Somebody who is no store, or whose bytes are damaged, was cut off.</summary>
    void OnIntruder(string address, string reason);
}
