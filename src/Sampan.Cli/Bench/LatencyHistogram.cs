using System.Numerics;

namespace Sampan.Cli.Bench;

/// <summary>Counts durations in buckets that are never wider than 1/32 of their value. One owner.</summary>
public sealed class LatencyHistogram
{
    private const int SubBits = 5;
    private readonly long[] _counts = new long[64 << SubBits];

    /// <summary>How many durations it holds.</summary>
    public long Count { get; private set; }

    /// <summary>Adds a duration in microseconds.</summary>
    public void Add(long microseconds)
    {
        _counts[BucketOf(Math.Max(0, microseconds))]++;
        Count++;
    }

    /// <summary>Adds what another holds.</summary>
    public void Add(LatencyHistogram other)
    {
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[i] += other._counts[i];
        }

        Count += other.Count;
    }

    /// <summary>The duration in milliseconds below which this part of all lies.</summary>
    public double Quantile(double part)
    {
        var wanted = (long)Math.Ceiling(part * Count);
        for (var (i, seen) = (0, 0L); i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted && seen > 0)
            {
                return ValueOf(i) / 1000.0;
            }
        }

        return 0;
    }

    private static int BucketOf(long value)
    {
        if (value < 1 << SubBits)
        {
            return (int)value;
        }

        var shift = BitOperations.Log2((ulong)value) - SubBits;
        return ((shift + 1) << SubBits) + (int)(value >> shift) - (1 << SubBits);
    }

    private static double ValueOf(int bucket)
    {
        if (bucket < 1 << SubBits)
        {
            return bucket;
        }

        var shift = (bucket >> SubBits) - 1;
        return (((bucket & ((1 << SubBits) - 1)) + (1 << SubBits)) + 0.5) * (1L << shift);
    }
}
