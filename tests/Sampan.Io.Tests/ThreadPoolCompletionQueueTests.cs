using Sampan.Base;

namespace Sampan.Io.Tests;

/// <summary>Purpose: completions keep their order and never run on the thread that hands them over.</summary>
public sealed class ThreadPoolCompletionQueueTests
{
    [Fact]
    public void Each_worker_s_completions_are_completed_in_its_order_and_elsewhere()
    {
        const int Count = 20_000;
        var queue = new ThreadPoolCompletionQueue();
        using var done = new CountdownEvent(2 * Count);
        var seen = new List<int>[] { [], [] };
        var inline = 0;
        void Produce(int worker)
        {
            var own = Environment.CurrentManagedThreadId;
            for (var i = 0; i < Count; i++)
            {
                var number = i;
                queue.Enqueue(new Completion(() =>
                {
                    inline += Environment.CurrentManagedThreadId == own ? 1 : 0;
                    seen[worker].Add(number);
                    done.Signal();
                }));
            }
        }

        // Their own threads, so that none of them is one of the pool.
        var threads = new[] { new Thread(() => Produce(0)), new Thread(() => Produce(1)) };
        Array.ForEach(threads, thread => thread.Start());
        Assert.True(done.Wait(TimeSpan.FromSeconds(60)));
        Array.ForEach(threads, thread => thread.Join());

        Assert.Equal(0, inline);
        Assert.All(seen, numbers => Assert.Equal(Enumerable.Range(0, Count), numbers));
    }

    private sealed class Completion(Action action) : ICompletion
    {
        public void Complete() => action();
    }
}
