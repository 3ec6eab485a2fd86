using Sampan.Base;

namespace Sampan.Io;

/// <summary>
/// The one class that owns threads. It calls the workers that share a name, in the order in which they were added, from
/// one thread at a time: the driver. When a call of one worker lasts too long, a new driver takes over all the others,
/// and the old one ends after its call.
/// <para>
/// No wake-up is lost:
/// </para>
/// <list type="number">
/// <item>A waker leaves its message, then sets the worker's mark, then unparks.</item>
/// <item>The driver clears the mark before it calls the worker. So a mark set before is seen by that call, and one set
/// later is there for the next pass.</item>
/// <item>The driver parks only after a pass that found no mark. A mark set after the driver had looked is followed by
/// an unpark, so the park ends at once (<see cref="ThreadPark"/>), and the next pass finds the mark.</item>
/// <item>A waker that finds the mark set does not unpark: whoever set it does, or did, and the driver has not cleared
/// it since.</item>
/// </list>
/// <para>
/// No worker runs twice at a time, whoever drives:
/// </para>
/// <list type="number">
/// <item>Under the guard, a driver begins a call only if it is still the driver and the worker is not running.</item>
/// <item>A rescue makes another thread the driver under the same guard. The old driver can begin nothing any more; the
/// call it is in keeps its worker marked as running.</item>
/// <item>When that call returns, the old driver marks the worker as idle under the guard, unparks, and ends: from the
/// worker's view the guard orders that call before its next one.</item>
/// <item>A worker that is woken while it runs elsewhere keeps its mark; the unpark of step 3 makes the new driver look
/// again.</item>
/// </list>
/// </summary>
internal sealed class WorkerThread
{
    /// <summary>Checks of the watchdog, at half the limit each, until a call is slow.</summary>
    public const int ChecksUntilSlow = 2;

    private readonly string _name;
    private readonly TimeProvider _time;
    private readonly IWorkerAlarm _alarm;
    private readonly WorkerThreadRunner _runner;
    private readonly int _checksUntilStalled;
    private readonly ThreadPark _park = new();
    private readonly List<Slot> _slots = [];

    // Guards the driver's number, the threads, whether to quit, and of each slot whether it runs, when it is due and
    // what the watchdog saw. Nothing is called while it is held but the runner's count of threads, which has a guard
    // of its own, a leaf.
    private readonly Lock _guard = new();
    private readonly List<Thread> _threads = [];
    private int _driver;
    private bool _isQuitting;

    /// <summary>A thread that is not started yet, and has no workers.</summary>
    public WorkerThread(
        string name,
        TimeProvider time,
        WorkerThreadOptions options,
        IWorkerAlarm alarm,
        WorkerThreadRunner runner)
    {
        _name = name;
        _time = time;
        _alarm = alarm;
        _runner = runner;
        _checksUntilStalled = (int)Math.Ceiling(ChecksUntilSlow * (options.StallLimit / options.SlowCallLimit));
    }

    /// <summary>Adds a worker, before the start.</summary>
    public IWorkerHandle Add(IWorker worker)
    {
        var slot = new Slot(worker, _park);
        _slots.Add(slot);
        return slot;
    }

    /// <summary>Begins to call the workers, each at once.</summary>
    public void Start()
    {
        // The guard of the driver's number.
        lock (_guard)
        {
            StartDriver();
        }
    }

    /// <summary>No call begins any more.</summary>
    public void Quit()
    {
        // The guard of whether to quit.
        lock (_guard)
        {
            _isQuitting = true;
        }

        _park.Unpark();
    }

    /// <summary>Waits until no worker runs; after <see cref="Quit"/>, not from a worker.</summary>
    public void Join()
    {
        Thread[] threads;
        // The guard of the threads; none is added after Quit.
        lock (_guard)
        {
            threads = [.. _threads];
        }

        foreach (var thread in threads)
        {
            Invariant.Holds(thread != Thread.CurrentThread);
            thread.Join();
        }
    }

    /// <summary>
    /// Looks whether a call lasts too long; called by the watchdog at half the limit. It counts its own checks and does
    /// not read a clock, so that a process that was stopped as a whole does not seem slow when it goes on.
    /// </summary>
    public void Check()
    {
        foreach (var slot in _slots)
        {
            var isSlow = false;
            var isStalled = false;
            // The guard of what the watchdog saw, and of the driver's number.
            lock (_guard)
            {
                slot.Checks = slot.IsRunning && slot.Calls == slot.CallsSeen ? slot.Checks + 1 : 0;
                slot.CallsSeen = slot.Calls;
                if (slot.IsRunning && !_isQuitting)
                {
                    isSlow = slot.Checks == ChecksUntilSlow;
                    isStalled = slot.Checks == _checksUntilStalled;
                    if (isSlow && slot.Driver == _driver && _slots.Count > 1)
                    {
                        StartDriver();
                    }
                }
            }

            if (isSlow)
            {
                _alarm.WorkerSlow(slot.Worker.Name);
            }

            if (isStalled)
            {
                _alarm.WorkerStalled(slot.Worker.Name);
            }
        }
    }

    // Under the guard.
    private void StartDriver()
    {
        _threads.RemoveAll(thread => !thread.IsAlive);
        var number = ++_driver;
        var thread = new Thread(() => Run(number)) { IsBackground = true, Name = _name };
        _threads.Add(thread);
        _runner.ThreadBegins();
        thread.Start();
    }

    private void Run(int number)
    {
        Drive(number);
        _runner.ThreadEnded();
    }

    private void Drive(int number)
    {
        while (true)
        {
            var now = Now();
            var next = Instant.Never;
            var hasCalled = false;
            foreach (var slot in _slots)
            {
                switch (TryBegin(slot, number, now))
                {
                    case Turn.Over:
                        return;
                    case Turn.Idle:
                        next = Instant.Min(next, slot.Due);
                        break;
                    case Turn.Call when Call(slot) is { } due:
                        hasCalled = true;
                        End(slot, due);
                        break;
                    default:
                        // The worker threw, and was reported.
                        return;
                }
            }

            if (!hasCalled)
            {
                _park.Park(next == Instant.Never ? TimeSpan.MaxValue : next.Since(Now()));
            }
        }
    }

    private Turn TryBegin(Slot slot, int number, Instant now)
    {
        // The guard of the driver's number and of the slot.
        lock (_guard)
        {
            if (_driver != number || _isQuitting)
            {
                return Turn.Over;
            }

            if (slot.IsRunning || (!slot.TakeMark() && slot.Due > now))
            {
                return Turn.Idle;
            }

            slot.IsRunning = true;
            slot.Driver = number;
            slot.Calls++;
            return Turn.Call;
        }
    }

    private Instant? Call(Slot slot)
    {
        try
        {
            return slot.Worker.RunOnce();
        }
        catch (Exception exception)
        {
            // Nothing continues: the runner ends all its workers, and the store is told why.
            _runner.WorkerFailed(slot.Worker.Name, exception);
            return null;
        }
    }

    private void End(Slot slot, Instant due)
    {
        bool isRescued;
        // The guard of the slot and of the driver's number.
        lock (_guard)
        {
            slot.IsRunning = false;
            slot.Due = due;
            isRescued = slot.Driver != _driver;
        }

        if (isRescued)
        {
            // The new driver looks again; this one finds that it is over when it next begins.
            _park.Unpark();
        }
    }

    private Instant Now() => new(_time.GetElapsedTime(0).Ticks);

    private enum Turn
    {
        Idle = 0,
        Call = 1,
        Over = 2,
    }

    private sealed class Slot(IWorker worker, ThreadPark park) : IWorkerHandle
    {
        private int _mark;

        public IWorker Worker => worker;

        public bool IsRunning { get; set; }

        // While it runs elsewhere the instant is of its last call: it must not make the driver spin.
        public Instant Due { get => IsRunning ? Instant.Never : field; set; } = Instant.Zero;

        public int Driver { get; set; }

        public ulong Calls { get; set; }

        public ulong CallsSeen { get; set; }

        public int Checks { get; set; }

        public void Wake()
        {
            if (Interlocked.Exchange(ref _mark, 1) == 0)
            {
                park.Unpark();
            }
        }

        public bool TakeMark() => Volatile.Read(ref _mark) != 0 && Interlocked.Exchange(ref _mark, 0) != 0;
    }
}
