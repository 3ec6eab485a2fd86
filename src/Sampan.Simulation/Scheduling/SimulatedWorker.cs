using Sampan.Base;

namespace Sampan.Simulation.Scheduling;

/// <summary>A worker on a simulated thread, and the handle by which it is woken.</summary>
internal sealed class SimulatedWorker : IWorkerHandle
{
    private readonly SimulatedThread _thread;

    /// <summary>A worker of a thread; <paramref name="number"/> stands for it in the event hash.</summary>
    public SimulatedWorker(IWorker worker, SimulatedThread thread, ulong number)
    {
        Worker = worker;
        Number = number;
        _thread = thread;
    }

    /// <summary>The worker.</summary>
    public IWorker Worker { get; }

    /// <summary>Its number in the simulation.</summary>
    public ulong Number { get; }

    /// <summary>Whether it was woken, or said that work remains.</summary>
    public bool IsWoken { get; set; }

    /// <summary>When it wants to run at the latest, in true time.</summary>
    public Instant Deadline { get; set; } = Instant.Never;

    /// <inheritdoc/>
    public void Wake()
    {
        if (!IsWoken)
        {
            IsWoken = true;
            _thread.Plan();
        }
    }
}
