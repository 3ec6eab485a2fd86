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

    public void Stop()
    {
    }
}
