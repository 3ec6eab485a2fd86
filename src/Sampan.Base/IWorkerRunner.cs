namespace Sampan.Base;

/// <summary>Runs workers: on threads, or one after the other in an order drawn from a seed.</summary>
public interface IWorkerRunner
{
    /// <summary>
    /// Adds a worker before the start. Workers with the same <paramref name="thread"/> never run at the same time and
    /// are called in the order in which they were added; which share a thread is composition, no worker may rely on it.
    /// </summary>
    IWorkerHandle Add(IWorker worker, string thread);

    /// <summary>Begins to call the workers; tells their owner when one fails, and when none runs any more.</summary>
    void Start(IWorkerOwner owner);

    /// <summary>
    /// Ends after the calls under way; returns when no worker runs any more and the owner was told. Idempotent; not
    /// from a worker.
    /// </summary>
    void Stop();
}
