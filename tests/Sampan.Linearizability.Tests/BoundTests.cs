using Sampan.Base;
using Sampan.Linearizability.Models;

namespace Sampan.Linearizability.Tests;

/// <summary>Purpose: whatever runs out, the answer is unknown, never wrong, and the bound is kept.</summary>
public sealed class BoundTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(5_000)]
    public void Without_steps_the_answer_is_unknown(long steps)
    {
        var result = LinearizabilityChecker.Check(
            new RegisterModel<int?>(), Hard(), new CheckOptions { StepsMax = steps, RoundSteps = 1_000 });
        Assert.Equal(Verdict.Unknown, result.Verdict);
        Assert.Equal("out of steps", result.Partitions[0].UnknownReason);
        // One step may be asked for that is no longer there.
        Assert.InRange(result.Steps, steps, steps + 1);
        Assert.Empty(result.Partitions[0].Order);
    }

    [Theory]
    [InlineData(100_000)]
    [InlineData(300_000)]
    [InlineData(3_000_000)]
    public void Without_memory_the_answer_is_unknown_and_the_bound_is_kept(long bytes)
    {
        var result = LinearizabilityChecker.Check(
            new RegisterModel<int?>(), Hard(), new CheckOptions { CacheBytesMax = bytes });
        Assert.Equal(Verdict.Unknown, result.Verdict);
        Assert.Equal("out of memory for the cache", result.Partitions[0].UnknownReason);
        Assert.InRange(result.CacheBytesPeak, 1, bytes);
    }

    [Fact]
    public void What_a_check_allocates_follows_the_bound_on_memory()
    {
        const long Bytes = 8 << 20;
        var history = Hard();
        var options = new CheckOptions { CacheBytesMax = Bytes, RoundSteps = 1 << 30 };
        var before = GC.GetAllocatedBytesForCurrentThread();
        var result = LinearizabilityChecker.Check(new RegisterModel<int?>(), history, options);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(Verdict.Unknown, result.Verdict);
        Assert.InRange(result.CacheBytesPeak, Bytes / 4, Bytes);
        // Every table that was outgrown was half of the next one.
        Assert.InRange(allocated, result.CacheBytesPeak / 2, 2 * Bytes);
    }

    [Fact]
    public void Who_gives_up_is_asked_often_and_obeyed()
    {
        var asked = 0;
        var options = new CheckOptions { GiveUp = () => ++asked == 20 };
        var result = LinearizabilityChecker.Check(new RegisterModel<int?>(), Hard(), options);
        Assert.Equal(Verdict.Unknown, result.Verdict);
        Assert.Equal("given up by the caller", result.Partitions[0].UnknownReason);
        Assert.Equal(20, asked);
        Assert.InRange(result.Steps, 19 * 1_024, 21 * 1_024);
    }

    // The hard partition stands first; without rounds its search would come first, and last for ever.
    [Fact]
    public void An_easy_no_is_found_before_a_hard_partition_eats_the_time()
    {
        var history = Hard("hard");
        history.Complete(history.Invoke(0, RegisterInput.Write<int?>(1, "easy")), default);
        history.Complete(history.Invoke(0, RegisterInput.Read<int?>("easy")), default);
        var result = LinearizabilityChecker.Check(new RegisterModel<int?>(), history);
        Assert.Equal(Verdict.NotLinearizable, result.Verdict);
        Assert.Equal("easy", result.Failure!.Key);
        Assert.Equal(Verdict.Unknown, result.Partitions[0].Verdict);
        Assert.InRange(result.Steps, 1, 100_000);
    }

    [Fact]
    public void A_budget_that_doubles_decides_what_the_first_round_did_not()
    {
        var prng = new Prng(3);
        var history = RandomObjects.Registers(prng, values: 1_000, keys: 4).Make(400, 8);
        var slow = LinearizabilityChecker.Check(
            new RegisterModel<int?>(), history, new CheckOptions { RoundSteps = 1 });
        var fast = LinearizabilityChecker.Check(
            new RegisterModel<int?>(), history, new CheckOptions { RoundSteps = long.MaxValue / 2 });
        Assert.NotEqual(Verdict.Unknown, fast.Verdict);
        Assert.Equal(fast.Verdict, slow.Verdict);
    }

    [Fact]
    public void Bounds_must_be_positive_and_possible()
    {
        foreach (var options in new[]
        {
            new CheckOptions { StepsMax = 0 },
            new CheckOptions { CacheBytesMax = -1 },
            new CheckOptions { CacheBytesMax = (8L << 30) + 1 },
            new CheckOptions { RoundSteps = 0 },
        })
        {
            Assert.Throws<ArgumentOutOfRangeException>(
                () => LinearizabilityChecker.Check(new RegisterModel<int?>(), new RegisterHistory().History, options));
        }
    }

    // Forty writes at once, and a read of a value that none of them wrote: every subset of them is a configuration.
    private static History<RegisterInput<int?>, RegisterOutput<int?>> Hard(string? key = null)
    {
        const int Writers = 40;
        var history = new History<RegisterInput<int?>, RegisterOutput<int?>>();
        var writes = new List<OperationId>();
        for (var i = 0; i < Writers; i++)
        {
            writes.Add(history.Invoke(i, RegisterInput.Write<int?>(i, key)));
        }

        writes.ForEach(write => history.Complete(write, default));
        history.Complete(
            history.Invoke(0, RegisterInput.Read<int?>(key)), new RegisterOutput<int?> { Value = Writers });
        return history;
    }
}
