using System.Collections.Concurrent;
using Sampan.Base;

namespace Sampan.Io;

/// <summary>
/// Completes requests on the thread pool, in batches: one item of the pool drains what many workers handed over, in the
/// order in which they did. One item at a time, so whoever continues a request inline should soon give the thread back.
/// <para>
/// Nothing is left behind:
/// </para>
/// <list type="number">
/// <item>Enqueue adds the completion, then sets the mark; if it was not set, it hands an item to the pool.</item>
/// <item>The item drains until it finds the queue empty, then clears the mark, then looks once more.</item>
/// <item>A completion added before that look is seen by it, and the item goes on if it can set the mark again. One
/// added after the look finds the mark cleared, or set by somebody else, who then drains it.</item>
/// </list>
/// </summary>
public sealed class ThreadPoolCompletionQueue : ICompletionQueue
{
    private const int BatchMax = 256;

    private readonly ConcurrentQueue<ICompletion> _queue = new();
    private readonly Drain _drain;
    private int _mark;

    /// <summary>An empty queue.</summary>
    public ThreadPoolCompletionQueue() => _drain = new Drain(this);

    /// <inheritdoc/>
    public void Enqueue(ICompletion completion)
    {
        _queue.Enqueue(completion);
        if (Interlocked.Exchange(ref _mark, 1) == 0)
        {
            Schedule();
        }
    }

    // Not from the local queue of a pool thread: an item that adds another would starve the rest of the pool.
    private void Schedule() => ThreadPool.UnsafeQueueUserWorkItem(_drain, preferLocal: false);

    private void DrainBatch()
    {
        for (var i = 0; i < BatchMax; i++)
        {
            if (_queue.TryDequeue(out var completion))
            {
                completion.Complete();
                continue;
            }

            Interlocked.Exchange(ref _mark, 0);
            if (_queue.IsEmpty || Interlocked.Exchange(ref _mark, 1) != 0)
            {
                return;
            }
        }

        // Others of the pool have their turn first.
        Schedule();
    }

    private sealed class Drain(ThreadPoolCompletionQueue owner) : IThreadPoolWorkItem
    {
        public void Execute() => owner.DrainBatch();
    }
}
