namespace Sampan.Base;

/// <summary>How others tell a worker that something waits for it.</summary>
public interface IWorkerHandle
{
    /// <summary>
    /// The worker runs once more after this call, however often it was called meanwhile. Any thread; never blocks,
    /// never runs the worker inline.
    /// </summary>
    void Wake();
}
