using Sampan.Base;
using Sampan.Testing.Files;

namespace Sampan.Testing.Workers;

/// <summary>
/// The workers that share a thread, and its local time. Each round of a worker is an event of the timeline, at the
/// instant at which the thread is free and the worker is woken or due.
/// </summary>
internal sealed class SimulatedThread
{
    private readonly SimulatedProcess _process;
    private readonly int _index;
    private readonly List<SimulatedSlot> _slots = [];
    private readonly SimulatedOrders _orders = new();
    private Instant _planned = Instant.Never;
    private SimulatedSlot? _current;
    private ulong _plan;
    private int _next;
    private bool _isInRound;

    /// <summary>A thread without workers.</summary>
    public SimulatedThread(SimulatedProcess process, string name, int index)
    {
        _process = process;
        Name = name;
        _index = index;
    }

    /// <summary>Its name in the composition.</summary>
    public string Name { get; }

    /// <summary>How far it has got; ahead of the timeline while it is busy.</summary>
    public Instant LocalTime { get; private set; }

    /// <summary>Adds a worker behind the others.</summary>
    public IWorkerHandle Add(IWorker worker)
    {
        var slot = new SimulatedSlot(_process, this, worker);
        _slots.Add(slot);
        return slot;
    }

    /// <summary>Finds a worker; null if it is not on this thread.</summary>
    public SimulatedSlot? Find(string worker) =>
        _slots.Find(slot => string.Equals(slot.Worker.Name, worker, StringComparison.Ordinal));

    /// <summary>Lets local time pass within a round.</summary>
    public void Spend(TimeSpan duration) => LocalTime = LocalTime.After(duration);

    /// <summary>Keeps it from running for a while.</summary>
    public void Pause(TimeSpan duration)
    {
        LocalTime = Instant.Max(LocalTime, _process.Timeline.Now.After(duration));
        Plan();
    }

    /// <summary>The order of what the running worker hands on.</summary>
    public SimulatedOrders Orders => _current?.Orders ?? _orders;

    /// <summary>Makes sure that an event is planned for the next round, if anything can bring one.</summary>
    public void Plan()
    {
        if (_isInRound || !_process.Runner.IsRunning)
        {
            return;
        }

        var next = Instant.Never;
        _slots.ForEach(slot => next = Instant.Min(next, slot.NextCall));
        if (next == Instant.Never)
        {
            return;
        }

        next = Instant.Max(Instant.Max(next, LocalTime), _process.Timeline.Now);
        if (next != _planned)
        {
            _planned = next;
            var plan = ++_plan;
            _process.Timeline.Schedule(next, () => Arrive(plan));
        }
    }

    /// <summary>Runs code as a round.</summary>
    public void Run(Action action)
    {
        Begin();
        try
        {
            action();
        }
        catch (SimulatedCrashException)
        {
            _process.Crash();
        }
        finally
        {
            Leave();
        }

        Plan();
    }

    private void Arrive(ulong plan)
    {
        // An event that was planned before something changed its time; or of a process that is dead or stopped.
        if (plan != _plan)
        {
            return;
        }

        _planned = Instant.Never;
        var now = _process.Timeline.Now;
        for (var i = 0; i < _slots.Count && _process.Runner.IsRunning; i++)
        {
            var index = (_next + i) % _slots.Count;
            if (_slots[index].NextCall <= now)
            {
                _next = index + 1;
                _process.Timeline.Mix(((ulong)_process.Number << 32) + ((ulong)_index << 16) + (ulong)index);
                Call(_slots[index]);
                break;
            }
        }

        Plan();
    }

    private void Call(SimulatedSlot slot)
    {
        var start = _process.Timeline.Now;
        slot.IsWoken = false;
        _current = slot;
        Begin();
        try
        {
            slot.Due = _process.Clock.ToTimeline(slot.Worker.RunOnce());
        }
        catch (SimulatedCrashException)
        {
            _process.Crash();
        }
        catch (Exception exception)
        {
            _process.Runner.Fail(slot.Worker.Name, exception);
        }
        finally
        {
            Leave();
        }

        slot.EndedAt = LocalTime;
        Watch(slot, start);
        _process.RoundEnded?.Invoke();
    }

    private void Begin()
    {
        _isInRound = true;
        LocalTime = Instant.Max(LocalTime, _process.Timeline.Now);
        var cpu = _process.Latencies.Cpu.Draw(_process.Prng);
        Spend(cpu > TimeSpan.Zero ? cpu : TimeSpan.FromTicks(1));
        _process.Enter(this);
    }

    private void Leave()
    {
        _process.Enter(null);
        _current = null;
        _isInRound = false;
    }

    // A real runner's watchdog: the others go on elsewhere after the limit, or half as long again, while the slow one
    // is busy to the end of its call.
    private void Watch(SimulatedSlot slot, Instant start)
    {
        var limit = _process.Watch.SlowCallLimit;
        var lasted = LocalTime.Since(start);
        if (lasted <= limit || !_process.Runner.IsRunning)
        {
            return;
        }

        var noticed = start.After(limit + _process.Prng.NextBelow(limit / 2));
        Tell(noticed, slot, () => _process.Alarm.WorkerSlow(slot.Worker.Name));
        Tell(
            start.After(_process.Watch.StallLimit),
            slot,
            () => _process.Alarm.WorkerStalled(slot.Worker.Name));
        if (_slots.Count > 1)
        {
            slot.NotBefore = Instant.Max(slot.NotBefore, LocalTime);
            LocalTime = Instant.Min(LocalTime, noticed);
        }
    }

    private void Tell(Instant at, SimulatedSlot slot, Action tell)
    {
        if (at < Instant.Max(LocalTime, slot.NotBefore))
        {
            _process.Timeline.Schedule(at, () =>
            {
                if (_process.Runner.IsRunning)
                {
                    tell();
                }
            });
        }
    }
}
