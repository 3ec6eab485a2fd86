using Sampan.Base;

namespace Sampan.Testing.Workers;

/// <summary>A worker on a simulated thread, and when it may run.</summary>
internal sealed class SimulatedSlot : IWorkerHandle
{
    private readonly SimulatedProcess _process;
    private readonly SimulatedThread _thread;

    /// <summary>A worker that is due at once.</summary>
    public SimulatedSlot(SimulatedProcess process, SimulatedThread thread, IWorker worker)
    {
        _process = process;
        _thread = thread;
        Worker = worker;
    }

    /// <summary>The worker.</summary>
    public IWorker Worker { get; }

    /// <summary>The order of what it hands on.</summary>
    public SimulatedOrders Orders { get; } = new();

    /// <summary>Whether it was woken since its last round began.</summary>
    public bool IsWoken { get; set; }

    /// <summary>When it asked to run at the latest, on the timeline.</summary>
    public Instant Due { get; set; }

    /// <summary>
    /// It runs no earlier for any reason: somebody whose local time is ahead may have left something for it, or a slow
    /// call of its own still lasts.
    /// </summary>
    public Instant NotBefore { get; set; }

    /// <summary>The local time at which its last round ended.</summary>
    public Instant EndedAt { get; set; }

    /// <summary>Another worker whose rounds must have ended, by local time, before this one runs; null: none.</summary>
    public SimulatedSlot? Leader { get; set; }

    /// <summary>When it can run next, if its thread is free.</summary>
    public Instant NextCall
    {
        get
        {
            var at = IsWoken ? NotBefore : Instant.Max(NotBefore, Due);
            return Leader is null ? at : Instant.Max(at, Leader.EndedAt);
        }
    }

    /// <inheritdoc/>
    public bool IsDeferred => _process.IsInRound;

    /// <inheritdoc/>
    public void Deliver(Action delivery) => _process.Post(delivery);

    /// <inheritdoc/>
    public void Wake()
    {
        IsWoken = true;
        NotBefore = Instant.Max(NotBefore, _process.Now);
        _thread.Plan();
    }
}
