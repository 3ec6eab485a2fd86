using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Store.Tests;

/// <summary>A transport for a store that has no others to talk to.</summary>
internal sealed class LonelyTransport : ITransport
{
    public void Start(ITransportHandler handler)
    {
    }

    public void Send(StoreId to, StoreMessage message)
    {
    }

    public void Expel(StoreConnection from, string reason)
    {
    }

    public void Disconnect(StoreId store, BootId boot, string reason)
    {
    }

    public void Stop()
    {
    }
}
