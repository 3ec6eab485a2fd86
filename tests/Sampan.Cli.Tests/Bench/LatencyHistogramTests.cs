using Sampan.Base;
using Sampan.Cli.Bench;

namespace Sampan.Cli.Tests.Bench;

/// <summary>Purpose: quantiles are those of the durations, as near as the buckets promise.</summary>
public sealed class LatencyHistogramTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Quantiles_are_within_a_bucket_of_the_truth(ulong seed)
    {
        var prng = new Prng(seed);
        var histogram = new LatencyHistogram();
        var all = new List<long>();
        for (var i = 0; i < 10_000; i++)
        {
            var duration = (long)prng.NextBelow(1UL << (int)prng.NextBelow(40));
            all.Add(duration);
            histogram.Add(duration);
        }

        all.Sort();
        foreach (var part in (double[])[0.0001, 0.25, 0.5, 0.9, 0.99, 0.999, 1])
        {
            var truth = all[(int)Math.Ceiling(part * all.Count) - 1] / 1000.0;
            Assert.InRange(histogram.Quantile(part), truth * (1 - (1.0 / 32)), (truth * (1 + (1.0 / 32))) + 0.001);
        }
    }

    [Fact]
    public void Two_add_up()
    {
        var (one, other) = (new LatencyHistogram(), new LatencyHistogram());
        one.Add(5);
        other.Add(20);
        other.Add(-1);
        one.Add(other);
        Assert.Equal(3, one.Count);
        Assert.Equal((0, 0.005, 0.02), (one.Quantile(0.1), one.Quantile(0.5), one.Quantile(1)));
    }

    [Fact]
    public void An_empty_one_has_none() => Assert.Equal(0, new LatencyHistogram().Quantile(0.5));
}
