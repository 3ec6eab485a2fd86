namespace Sampan.Base;

/// <summary>
/// The way from workers to waiters. User code after an await must not run on a worker, so completions are handed over:
/// to the thread pool in batches, or to the simulator as events.
/// </summary>
public interface ICompletionQueue
{
    /// <summary>
    /// Hands over a completion; those of one worker are completed in the order in which it handed them over.
    /// </summary>
    void Enqueue(ICompletion completion);
}
