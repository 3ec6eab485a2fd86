using Sampan.Base;

namespace Sampan.Simulation.Scheduling;

/// <summary>
/// Completions as events: user code runs a little later, never inside a worker, and never after a crash.
/// </summary>
internal sealed class SimulatedCompletions : ICompletionQueue
{
    private readonly EventQueue _events;
    private readonly Prng _prng;
    private readonly ulong _number;
    private Instant _last;

    /// <summary>A queue of one life of a store.</summary>
    public SimulatedCompletions(EventQueue events, Prng prng, ulong number)
    {
        _events = events;
        _prng = prng;
        _number = number;
    }

    /// <summary>The process is gone: nobody is told anything any more.</summary>
    public bool IsDead { get; set; }

    /// <inheritdoc/>
    public void Enqueue(ICompletion completion)
    {
        _last = Instant.Max(_last, _events.Now.After(TimeSpan.FromMicroseconds(1 + _prng.NextBelow(50))));
        _events.Plan(_last, EventKind.Completion, _number, () => Complete(completion));
    }

    private void Complete(ICompletion completion)
    {
        if (!IsDead)
        {
            completion.Complete();
        }
    }
}
