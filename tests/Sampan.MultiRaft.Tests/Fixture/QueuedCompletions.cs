using Sampan.Base;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>Completions wait until the test lets them be told; so none is ever told on a worker.</summary>
internal sealed class QueuedCompletions : ICompletionQueue
{
    private readonly Queue<ICompletion> _queue = new();

    /// <inheritdoc/>
    public void Enqueue(ICompletion completion) => _queue.Enqueue(completion);

    /// <summary>Tells what waits; returns whether anything did.</summary>
    public bool Drain()
    {
        var any = _queue.Count > 0;
        while (_queue.TryDequeue(out var completion))
        {
            completion.Complete();
        }

        return any;
    }
}
