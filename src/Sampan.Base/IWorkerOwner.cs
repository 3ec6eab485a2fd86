namespace Sampan.Base;

/// <summary>Whose workers an <see cref="IWorkerRunner"/> runs.</summary>
public interface IWorkerOwner
{
    /// <summary>
    /// A worker threw, the first of all, and no call of any worker begins any more; calls of others may still be under
    /// way. Told once at most, on that worker's thread: takes a note, neither blocks nor throws.
    /// </summary>
    void WorkerFailed(string worker, Exception cause);

    /// <summary>
    /// No worker runs any more, and none ever will: after a failure, or because the runner was stopped. Whatever the
    /// workers owned is the owner's now. Told once, before <see cref="IWorkerRunner.Stop"/> returns.
    /// </summary>
    void WorkersEnded();
}
