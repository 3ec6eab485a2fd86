using Sampan.Base;
using Sampan.Io;

namespace Sampan.Testing.Workers;

/// <summary>
/// Simulated time and all that happens in it: one thread, one queue of events, the earliest first. What happens at the
/// same instant comes in an order drawn from the seed; whoever needs an order (a stream that is first in, first out)
/// schedules each event at least a tick after the one before.
/// <para>
/// All instants here, and those of <see cref="SimulatedProcess.Now"/>, lie on one axis, the timeline's. Each process
/// has a clock of its own with another origin and another rate; only its workers see that.
/// </para>
/// </summary>
public sealed class SimulatedTimeline
{
    private readonly PriorityQueue<Action, Moment> _events = new();
    private readonly Prng _prng;
    private ulong _scheduled;
    private int _processes;

    /// <summary>A timeline at its origin, whose draws follow from <paramref name="prng"/>.</summary>
    public SimulatedTimeline(Prng prng) => _prng = prng.Fork();

    /// <summary>The time of the event that runs, or ran last. It never goes back.</summary>
    public Instant Now { get; private set; }

    /// <summary>Events that have run.</summary>
    public long EventCount { get; private set; }

    /// <summary>
    /// Follows from all that happened, and in which order: two runs of one seed differ in it if they differ at all.
    /// </summary>
    public ulong Hash { get; private set; } = 14695981039346656037;

    /// <summary>
    /// Begins the life of a process, with no workers yet. <paramref name="watch"/> are the limits of its watchdog.
    /// </summary>
    public SimulatedProcess Launch(
        string name,
        SimulatedLatencies latencies,
        WorkerThreadOptions watch,
        IWorkerAlarm alarm)
    {
        watch.Validate();
        return new SimulatedProcess(this, name, _processes++, _prng.Fork(), latencies, watch, alarm);
    }

    /// <summary>
    /// Lets something happen at an instant that is not past. For what belongs to no process: faults, clients, checks.
    /// What a process does reaches others by <see cref="SimulatedProcess.Emit"/>, so that its crash can take it back.
    /// </summary>
    public void Schedule(Instant at, Action action)
    {
        Invariant.Holds(at >= Now);
        _events.Enqueue(action, new Moment(at, _prng.Next(), _scheduled++));
    }

    /// <summary>Runs the next event; whether there was one.</summary>
    public bool Step()
    {
        if (!_events.TryDequeue(out var action, out var moment))
        {
            return false;
        }

        Invariant.Holds(moment.At >= Now);
        Now = moment.At;
        EventCount++;
        Mix((ulong)moment.At.Ticks);
        Mix(moment.Number);
        action();
        return true;
    }

    /// <summary>Runs all events up to an instant, that of the instant included, and lets it be that time.</summary>
    public void RunUntil(Instant until)
    {
        while (_events.TryPeek(out _, out var moment) && moment.At <= until)
        {
            Step();
        }

        Now = Instant.Max(Now, until);
    }

    /// <summary>Takes a fact into the hash, so that two runs that differ in it are told apart.</summary>
    public void Mix(ulong fact)
    {
        // FNV-1a over words, with a shift that brings high bits down.
        Hash = (Hash ^ fact) * 1099511628211;
        Hash ^= Hash >> 29;
    }

    private readonly record struct Moment(Instant At, ulong Draw, ulong Number) : IComparable<Moment>
    {
        public int CompareTo(Moment other)
        {
            var byTime = At.CompareTo(other.At);
            var byDraw = byTime != 0 ? byTime : Draw.CompareTo(other.Draw);
            return byDraw != 0 ? byDraw : Number.CompareTo(other.Number);
        }
    }
}
