using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>One store's end of a <see cref="LoopNetwork"/>.</summary>
internal sealed class LoopTransport : ITransport
{
    private readonly LoopNetwork _network;

    /// <summary>The end of a store in one of its lives.</summary>
    public LoopTransport(StoreId store, BootId boot, LoopNetwork network)
    {
        Store = store;
        Boot = boot;
        _network = network;
    }

    /// <summary>The store.</summary>
    public StoreId Store { get; }

    /// <summary>Its life.</summary>
    public BootId Boot { get; }

    /// <summary>The stores whose handshake was accepted here.</summary>
    public HashSet<BootId> Accepted { get; } = [];

    /// <summary>Why others were refused here.</summary>
    public List<string> Refusals { get; } = [];

    /// <summary>Who takes what arrives.</summary>
    public ITransportHandler? Handler { get; private set; }

    /// <inheritdoc/>
    public void Start(ITransportHandler handler)
    {
        Handler = handler;
        _network.Connect(this);
    }

    /// <inheritdoc/>
    public void Send(StoreId to, StoreMessage message) => _network.Send(this, to, message);

    /// <summary>What was taken for impossible, and of whom.</summary>
    public List<(StoreConnection From, string Reason)> Expelled { get; } = [];

    /// <summary>Who was accepted and is not any more.</summary>
    public List<(StoreId Store, string Reason)> Disconnected { get; } = [];

    /// <inheritdoc/>
    public void Expel(StoreConnection from, string reason)
    {
        Expelled.Add((from, reason));
        _network.End(this, from.Boot);
    }

    /// <inheritdoc/>
    public void Disconnect(StoreId store, BootId boot, string reason)
    {
        Disconnected.Add((store, reason));
        _network.End(this, boot);
    }

    /// <inheritdoc/>
    public void Stop() => Handler = null;
}
