using System.Collections.Concurrent;

namespace Sampan.Io.Tests;

/// <summary>Keeps what a runner told.</summary>
internal sealed class RecordingAlarm : IWorkerAlarm
{
    /// <summary>Set when a worker failed.</summary>
    public ManualResetEventSlim HasFailed { get; } = new();

    /// <summary>What was told, in order.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause)
    {
        Told.Enqueue($"{worker} failed: {cause.Message}");
        HasFailed.Set();
    }

    /// <inheritdoc/>
    public void WorkerSlow(string worker) => Told.Enqueue($"{worker} slow");

    /// <inheritdoc/>
    public void WorkerStalled(string worker) => Told.Enqueue($"{worker} stalled");
}
