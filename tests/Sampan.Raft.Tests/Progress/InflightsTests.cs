using Sampan.Base;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Tests.Progress;

/// <summary>Purpose: the window of unanswered appends is a plain queue with two bounds.</summary>
public sealed class InflightsTests
{
    [Fact]
    public void The_window_is_a_queue_with_two_bounds()
    {
        var prng = new Prng(3);
        for (var round = 0; round < 2_000; round++)
        {
            var messagesMax = prng.NextBetween(1, 20);
            var bytesMax = (long)prng.NextBetween(1, 500);
            var window = new Inflights(messagesMax, bytesMax);
            var twin = new List<(ulong Last, long Bytes)>();
            var last = 0UL;
            for (var step = 0; step < 60; step++)
            {
                if (!window.IsFull && prng.Chance(2, 3))
                {
                    last += 1 + prng.NextBelow(4UL);
                    var bytes = (long)prng.NextBelow(100);
                    window.Add(last, bytes);
                    twin.Add((last, bytes));
                }
                else if (prng.Chance(1, 20))
                {
                    window.Clear();
                    twin.Clear();
                }
                else
                {
                    var index = prng.NextBelow(last + 2);
                    window.FreeTo(index);
                    twin.RemoveAll(append => append.Last <= index);
                }

                Assert.Equal(twin.Count, window.Count);
                Assert.Equal(twin.Sum(append => append.Bytes), window.Bytes);
                Assert.Equal(twin.Count >= messagesMax || window.Bytes >= bytesMax, window.IsFull);
            }
        }
    }

    [Fact]
    public void A_full_window_takes_nothing()
    {
        var window = new Inflights(messagesMax: 2, bytesMax: 1000);
        window.Add(1, 10);
        window.Add(2, 10);
        Assert.Throws<InvariantViolationException>(() => window.Add(3, 10));
    }

    [Fact]
    public void One_append_may_pass_the_bound_in_bytes_alone()
    {
        var window = new Inflights(messagesMax: 10, bytesMax: 5);
        window.Add(1, 1_000_000);
        Assert.True(window.IsFull);
        window.FreeTo(1);
        Assert.False(window.IsFull);
    }
}
