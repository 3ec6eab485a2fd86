using System.Collections.Concurrent;
using Sampan.Base;

namespace Sampan.Io.Tests;

/// <summary>Keeps what a runner told the owner of its workers.</summary>
internal sealed class RecordingOwner : IWorkerOwner
{
    /// <summary>Set when no worker runs any more.</summary>
    public ManualResetEventSlim HasEnded { get; } = new();

    /// <summary>What was told, in order.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    /// <summary>What happens when no worker runs any more.</summary>
    public Action? OnEnded { get; init; }

    /// <inheritdoc/>
    public void WorkerFailed(string worker, Exception cause) => Told.Enqueue($"{worker} failed: {cause.Message}");

    /// <inheritdoc/>
    public void WorkersEnded()
    {
        Told.Enqueue("ended");
        HasEnded.Set();
        OnEnded?.Invoke();
    }
}
