using Sampan.Base;

namespace Sampan.Io;

/// <summary>
/// Runs workers on threads. Each worker is called once at the start; then when it was woken, when its instant has come,
/// or, if it said that work remains, after the other workers of its thread had their turn. Instants are those of
/// <see cref="TimeProvider.GetElapsedTime(long)"/> from 0 of the clock it is given; a call is never early.
/// <para>
/// An exception of a worker ends all of them. When the last thread ends, it tells the owner that no worker runs any
/// more. A call that lasts too long gives the other workers of its thread to
/// another thread (the slow worker follows when its call returns), so workers must not depend on the thread they run
/// on; they still never run at the same time as themselves, and those of a thread never at the same time as each other,
/// the slow one apart.
/// </para>
/// </summary>
public sealed class WorkerThreadRunner : IWorkerRunner
{
    private readonly TimeProvider _time;
    private readonly WorkerThreadOptions _options;
    private readonly IWorkerAlarm _alarm;
    private readonly List<(string Name, WorkerThread Thread)> _threads = [];

    // Guards the fields below; nothing is called while it is held.
    private readonly Lock _guard = new();
    private IWorkerOwner? _owner;
    private bool _hasFailed;

    // The threads that may still call workers; and one more for whoever starts them, until all are started.
    private int _running;

    /// <summary>A runner without workers.</summary>
    public WorkerThreadRunner(TimeProvider time, WorkerThreadOptions options, IWorkerAlarm alarm)
    {
        options.Validate();
        _time = time;
        _options = options;
        _alarm = alarm;
    }

    /// <inheritdoc/>
    public IWorkerHandle Add(IWorker worker, string thread)
    {
        // The guard of the owner, whom it has once it was started.
        lock (_guard)
        {
            Invariant.Holds(_owner is null);
        }

        var index = _threads.FindIndex(known => string.Equals(known.Name, thread, StringComparison.Ordinal));
        if (index < 0)
        {
            index = _threads.Count;
            _threads.Add((thread, Create(thread)));
        }

        return _threads[index].Thread.Add(worker);
    }

    /// <inheritdoc/>
    public void Start(IWorkerOwner owner)
    {
        // The guard of the owner and the count.
        lock (_guard)
        {
            Invariant.Holds(_owner is null);
            _owner = owner;
            _running = 1;
        }

        var watched = _threads.ToArray();
        var watch = Create("watchdog");
        watch.Add(new Watchdog(this, watched.Length));
        _threads.Add(("watchdog", watch));
        foreach (var (_, thread) in _threads)
        {
            thread.Start();
        }

        ThreadEnded();
    }

    /// <inheritdoc/>
    public void Stop()
    {
        QuitAll();
        foreach (var (_, thread) in _threads)
        {
            thread.Join();
        }
    }

    /// <summary>One check of the watchdog on the first threads.</summary>
    internal void Check(int threads)
    {
        for (var i = 0; i < threads; i++)
        {
            _threads[i].Thread.Check();
        }
    }

    /// <summary>A thread is about to begin; called by one that runs, or by the start.</summary>
    internal void ThreadBegins()
    {
        // The guard of the count.
        lock (_guard)
        {
            Invariant.Holds(_running > 0);
            _running++;
        }
    }

    /// <summary>A thread calls no worker any more.</summary>
    internal void ThreadEnded()
    {
        IWorkerOwner? owner;
        // The guard of the owner and the count.
        lock (_guard)
        {
            _running--;
            owner = _running == 0 ? _owner : null;
        }

        try
        {
            owner?.WorkersEnded();
        }
        catch (Exception exception)
        {
            // It would end the process, which is not this library's; there is nothing left to end.
            _alarm.WorkerFailed("the end of all workers", exception);
        }
    }

    /// <summary>A worker threw; called on its thread.</summary>
    internal void WorkerFailed(string worker, Exception cause)
    {
        IWorkerOwner? owner;
        // The guard of the owner and of whether this is the first failure.
        lock (_guard)
        {
            if (_hasFailed)
            {
                return;
            }

            _hasFailed = true;
            owner = _owner;
        }

        QuitAll();
        _alarm.WorkerFailed(worker, cause);
        owner?.WorkerFailed(worker, cause);
    }

    private WorkerThread Create(string name) => new(name, _time, _options, _alarm, this);

    private void QuitAll()
    {
        foreach (var (_, thread) in _threads)
        {
            thread.Quit();
        }
    }

    // A worker like all others, on a thread of its own.
    private sealed class Watchdog(WorkerThreadRunner runner, int threads) : IWorker
    {
        public string Name => "watchdog";

        public Instant RunOnce()
        {
            runner.Check(threads);
            var now = new Instant(runner._time.GetElapsedTime(0).Ticks);
            return now.After(runner._options.SlowCallLimit / WorkerThread.ChecksUntilSlow);
        }
    }
}
