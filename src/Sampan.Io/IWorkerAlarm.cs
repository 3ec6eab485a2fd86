namespace Sampan.Io;

/// <summary>Who is told when workers fail or hang. Called by the runner's threads; must not block or throw.</summary>
public interface IWorkerAlarm
{
    /// <summary>
    /// A worker threw. All workers of the runner end after the calls under way; told once, for the first exception.
    /// Told once more should the owner throw when they have ended.
    /// </summary>
    void WorkerFailed(string worker, Exception cause);

    /// <summary>A call is slow: the other workers of its thread go on elsewhere. Told once a call.</summary>
    void WorkerSlow(string worker);

    /// <summary>A call is so slow that its store should be taken for ill. Told once a call.</summary>
    void WorkerStalled(string worker);
}
