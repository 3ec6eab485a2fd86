namespace Sampan.Base;

/// <summary>
/// Something active. It never blocks on another worker, owns its state alone while it runs, and leaves everything else
/// to whoever calls it: a thread, or a simulator that draws the order from a seed.
/// </summary>
public interface IWorker
{
    /// <summary>For logs and traces.</summary>
    string Name { get; }

    /// <summary>
    /// Reads its mailbox once, at the start, takes a bounded batch, runs to completion, and says when it wants to run
    /// again at the latest: <see cref="Instant.Zero"/> if work remains, <see cref="Instant.Never"/> if only a wake-up
    /// can bring more. An exception ends the store.
    /// </summary>
    Instant RunOnce();
}
