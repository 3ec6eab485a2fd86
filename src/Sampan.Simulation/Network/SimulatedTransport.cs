using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Network;

/// <summary>
/// The way of one life of a store to the other stores. What a worker sends leaves at its local time.
/// </summary>
internal sealed class SimulatedTransport : ITransport
{
    private readonly SimulatedNetwork _network;
    private readonly SimulatedProcess _process;
    private ITransportHandler? _handler;
    private ulong _lastConnection;

    /// <summary>A transport that does not run yet.</summary>
    public SimulatedTransport(SimulatedNetwork network, StoreId store, SimulatedProcess process)
    {
        _network = network;
        _process = process;
        Store = store;
    }

    /// <summary>Whose it is.</summary>
    public StoreId Store { get; }

    /// <summary>The life whose it is hears through this.</summary>
    public ITransportHandler Handler =>
        _handler ?? throw new InvalidOperationException("the transport was not started");

    /// <summary>Told of each message when it leaves.</summary>
    public Action<StoreMessage>? Leaving { get; init; }

    /// <summary>Whether it was started and neither stopped nor lost with its process.</summary>
    public bool IsAlive { get; private set; }

    /// <inheritdoc/>
    public void Start(ITransportHandler handler)
    {
        _handler = handler;
        IsAlive = true;
        _network.Attach(this);
    }

    /// <inheritdoc/>
    public void Send(StoreId to, StoreMessage message)
    {
        if (IsAlive)
        {
            _process.Send(() =>
            {
                Leaving?.Invoke(message);
                _network.Send(this, to, message);
            });
        }
    }

    /// <summary>Every store here is honest, so whoever finds what one says impossible has found a bug.</summary>
    public void Expel(StoreConnection from, string reason) => throw new SimulationFailedException(
        $"store {Store} takes what store {from.Store} said for impossible: {reason}");

    /// <inheritdoc/>
    public void Disconnect(StoreId store, BootId boot, string reason)
    {
        if (IsAlive)
        {
            _process.Send(() => _network.Disconnect(this, store, boot));
        }
    }

    /// <summary>Lets an answer to the network leave at the local time of whoever gives it.</summary>
    public void Answer(Action action) => _process.Send(action);

    /// <inheritdoc/>
    public void Stop() => Die();

    /// <summary>The process is gone, or the transport was stopped: nothing is delivered or sent any more.</summary>
    public void Die()
    {
        if (IsAlive)
        {
            IsAlive = false;
            _network.Detach(this);
        }
    }

    /// <summary>The number of the next stream.</summary>
    public ulong NextConnection() => ++_lastConnection;
}
