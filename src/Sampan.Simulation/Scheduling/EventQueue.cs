using System.Numerics;
using Sampan.Base;

namespace Sampan.Simulation.Scheduling;

/// <summary>
/// The heart of a simulation: what happens next, by simulated time and, at one instant, in the order in which it was
/// planned. Everything happens at an instant, as a whole; what takes time is planned for its end.
/// </summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Planned, (long Ticks, ulong Number)> _queue = new();
    private ulong _lastNumber;

    /// <summary>The simulated time; true time, which no store's clock need agree with.</summary>
    public Instant Now { get; private set; }

    /// <summary>How many events have happened.</summary>
    public long Count { get; private set; }

    /// <summary>Follows from all events so far: two runs with equal hashes took the same course.</summary>
    public ulong Hash { get; private set; } = 0xCBF29CE484222325UL;

    /// <summary>Plans an event. The subject says whom it concerns; it goes into the hash.</summary>
    public void Plan(Instant at, EventKind kind, ulong subject, Action action)
    {
        Invariant.Holds(at >= Now);
        _queue.Enqueue(new Planned(kind, subject, action), (at.Ticks, ++_lastNumber));
    }

    /// <summary>Plans an event a while from now.</summary>
    public void PlanAfter(TimeSpan delay, EventKind kind, ulong subject, Action action) =>
        Plan(Now.After(delay), kind, subject, action);

    /// <summary>Lets the next event happen; false if there is none.</summary>
    public bool RunNext()
    {
        if (!_queue.TryDequeue(out var next, out var priority))
        {
            return false;
        }

        Now = new Instant(priority.Ticks);
        Count++;
        Mix((ulong)priority.Ticks);
        Mix(((ulong)next.Kind << 56) ^ next.Subject);
        next.Action();
        return true;
    }

    /// <summary>Lets a fact go into the hash.</summary>
    public void Mix(ulong fact) => Hash = BitOperations.RotateLeft((Hash ^ fact) * 0x9E3779B97F4A7C15UL, 29);

    private readonly record struct Planned(EventKind Kind, ulong Subject, Action Action);
}
