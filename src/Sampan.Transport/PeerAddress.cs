using Sampan.Model;

namespace Sampan.Transport;

/// <summary>Where a store listens for others: a host name or address, and a port.</summary>
public readonly record struct PeerAddress(StoreId Store, string Host, int Port)
{
    /// <inheritdoc/>
    public override string ToString() => $"store {Store} at {Host}:{Port}";
}
