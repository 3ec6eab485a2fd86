namespace Sampan.Server.Doors;

/// <summary>Counts durations in Prometheus' way: of each bound, how many were not above it. Any thread.</summary>
internal sealed class DurationHistogram
{
    // Guards the counts and the sum, which belong together; nothing else is locked inside it.
    private readonly Lock _gate = new();
    private readonly long[] _counts;
    private double _sumSeconds;

    /// <summary>A histogram with these bounds, ascending, and one above them all.</summary>
    public DurationHistogram(IReadOnlyList<double> boundsSeconds)
    {
        BoundsSeconds = boundsSeconds;
        _counts = new long[boundsSeconds.Count + 1];
    }

    /// <summary>Its bounds; the last count has none.</summary>
    public IReadOnlyList<double> BoundsSeconds { get; }

    /// <summary>etcd's for syncs: a millisecond and thirteen doublings.</summary>
    public static DurationHistogram ForSyncs() =>
        new([.. Enumerable.Range(0, 14).Select(power => 0.001 * (1 << power))]);

    /// <summary>Adds a duration.</summary>
    public void Add(TimeSpan duration)
    {
        var seconds = duration.TotalSeconds;
        var bucket = 0;
        while (bucket < BoundsSeconds.Count && seconds > BoundsSeconds[bucket])
        {
            bucket++;
        }

        // Guards count and sum.
        lock (_gate)
        {
            _counts[bucket]++;
            _sumSeconds += seconds;
        }
    }

    /// <summary>Counts by bucket, not added up yet, and the sum of all durations.</summary>
    public (long[] Counts, double SumSeconds) Read()
    {
        // Guards count and sum.
        lock (_gate)
        {
            return ([.. _counts], _sumSeconds);
        }
    }
}
