using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;

namespace Sampan.Raft.Tests.Log;

/// <summary>Purpose: an index is durable only when the last write that holds its present content is (B12).</summary>
public sealed class PendingWritesTests
{
    [Fact]
    public void A_late_report_blesses_nothing_newer_B12()
    {
        var writes = new PendingWrites();
        writes.Add(1, new IndexRange(1, 4));
        writes.TruncateFrom(2);
        writes.Add(2, new IndexRange(2, 4));
        Assert.Equal(1UL, writes.Complete(1));
        Assert.Equal(0UL, writes.Complete(1));
        Assert.Equal(3UL, writes.Complete(2));
        Assert.True(writes.IsEmpty);
    }

    [Fact]
    public void Content_that_comes_back_is_not_durable_by_its_first_write_B12()
    {
        var writes = new PendingWrites();
        writes.Add(1, new IndexRange(5, 6));
        writes.TruncateFrom(5);
        writes.Add(2, new IndexRange(5, 6));
        writes.TruncateFrom(5);
        writes.Add(3, new IndexRange(5, 6));
        Assert.Equal(0UL, writes.Complete(2));
        Assert.Equal(5UL, writes.Complete(3));
    }

    [Fact]
    public void Writes_say_what_a_table_of_indexes_says()
    {
        var prng = new Prng(5);
        for (var round = 0; round < 3_000; round++)
        {
            Play(prng, steps: 20);
        }
    }

    private static void Play(Prng prng, int steps)
    {
        var writes = new PendingWrites();
        var held = new SortedDictionary<ulong, ulong>();
        var (next, number, durable, reported) = (1UL, 0UL, 0UL, 0UL);
        for (var step = 0; step < steps; step++)
        {
            switch (prng.NextBelow(3))
            {
                case 0:
                    var end = next + 1 + prng.NextBelow(4UL);
                    writes.Add(++number, new IndexRange(next, end));
                    for (; next < end; next++)
                    {
                        held[next] = number;
                    }

                    break;
                case 1:
                    next = 1 + prng.NextBelow(next);
                    writes.TruncateFrom(next);
                    held.Keys.Where(index => index >= next).ToList().ForEach(index => held.Remove(index));
                    durable = Math.Min(durable, next - 1);
                    break;
                default:
                    var report = prng.NextBelow(number + 1);
                    reported = Math.Max(reported, report);
                    durable = Math.Max(durable, writes.Complete(report));
                    Assert.Equal(held.LastOrDefault(pair => pair.Value <= reported).Key, durable);
                    break;
            }
        }
    }
}
