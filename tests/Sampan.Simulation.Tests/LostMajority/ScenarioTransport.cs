using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>The way of one life of a store to the others.</summary>
internal sealed class ScenarioTransport : ITransport
{
    private readonly ScenarioNetwork _network;
    private ulong _lastNumber;

    /// <summary>A transport that does not run yet.</summary>
    public ScenarioTransport(ScenarioNetwork network, StoreId store, SimulatedProcess process)
    {
        _network = network;
        Store = store;
        Process = process;
    }

    /// <summary>Whose it is.</summary>
    public StoreId Store { get; }

    /// <summary>In which life.</summary>
    public SimulatedProcess Process { get; }

    /// <summary>Who takes what arrives; null before the start and after the end.</summary>
    public ITransportHandler? Handler { get; private set; }

    /// <summary>Why others were refused here.</summary>
    public List<string> Refusals { get; } = [];

    /// <summary>The number of its next stream.</summary>
    public ulong NextNumber() => ++_lastNumber;

    /// <inheritdoc/>
    public void Start(ITransportHandler handler)
    {
        Handler = handler;
        _network.Attach(this);
    }

    /// <inheritdoc/>
    public void Send(StoreId to, StoreMessage message) => Process.Send(() => _network.Send(this, to, message));

    /// <inheritdoc/>
    public void Expel(StoreConnection from, string reason) => throw new InvalidOperationException(
        $"store {Store} takes what store {from.Store} said for impossible: {reason}");

    /// <inheritdoc/>
    public void Disconnect(StoreId store, BootId boot, string reason) => Process.Send(() =>
    {
        Refusals.Add(reason);
        _network.End(this, store, boot);
    });

    /// <inheritdoc/>
    public void Stop()
    {
        if (Handler is not null)
        {
            Handler = null;
            _network.Detach(this);
        }
    }
}
