using Sampan.Base;

namespace Sampan.Simulation.Scheduling;

/// <summary>Runs the workers of one life of a store on simulated threads, until it ends or dies.</summary>
internal sealed class SimulatedRunner : IWorkerRunner
{
    private readonly StoreTime _time;
    private readonly StoreSpeed _speed;
    private readonly ulong _number;
    private readonly Action<IWorker, Exception> _failed;
    private readonly List<SimulatedThread> _threads = [];
    private readonly Dictionary<string, int> _byName = new(StringComparer.Ordinal);
    private readonly List<SimulatedWorker> _workers = [];

    /// <summary>
    /// A runner without workers; <paramref name="number"/> tells its workers from others', <paramref name="failed"/>
    /// hears of a worker whose disk failed or that lost its power in the middle.
    /// </summary>
    public SimulatedRunner(
        EventQueue events, StoreTime time, StoreSpeed speed, ulong number, Action<IWorker, Exception> failed)
    {
        Events = events;
        _time = time;
        _speed = speed;
        _number = number;
        _failed = failed;
    }

    /// <summary>Where everything is planned.</summary>
    public EventQueue Events { get; }

    /// <summary>Whether workers run.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>No worker runs before this instant of true time.</summary>
    public Instant PausedUntil { get; set; }

    /// <inheritdoc/>
    public IWorkerHandle Add(IWorker worker, string thread)
    {
        if (!_byName.TryGetValue(thread, out var index))
        {
            index = _threads.Count;
            _byName.Add(thread, index);
            _threads.Add(new SimulatedThread(this));
        }

        var added = new SimulatedWorker(worker, _threads[index], (_number << 8) + (ulong)_workers.Count);
        _threads[index].Add(added);
        _workers.Add(added);
        return added;
    }

    /// <inheritdoc/>
    public void Start()
    {
        IsRunning = true;
        foreach (var worker in _workers)
        {
            // Also those that were woken before the start.
            worker.IsWoken = false;
            worker.Wake();
        }
    }

    /// <inheritdoc/>
    public void Stop() => IsRunning = false;

    /// <summary>The time until a thread that has work gets a processor.</summary>
    public TimeSpan DrawWakeUp() => _speed.DrawWakeUp();

    /// <summary>The time that a worker's next run takes.</summary>
    public TimeSpan DrawCost(string worker) => _speed.DrawCost(worker);

    /// <summary>True time of a deadline.</summary>
    public Instant ToTrue(Instant deadline) => _time.ToTrue(deadline);

    /// <summary>Runs a worker once.</summary>
    public Instant Run(IWorker worker)
    {
        try
        {
            return worker.RunOnce();
        }
        catch (Exception exception) when (exception is IOException or Testing.Files.SimulatedCrashException)
        {
            _failed(worker, exception);
            return Instant.Never;
        }
    }
}
