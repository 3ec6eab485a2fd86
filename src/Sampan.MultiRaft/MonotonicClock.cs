using Sampan.Base;

namespace Sampan.MultiRaft;

/// <summary>
/// Turns a <see cref="TimeProvider"/> into instants and stamps. Which clock it is, is the composer's choice; the real
/// one counts suspension, the simulated one is the local time of the worker that asks.
/// </summary>
internal sealed class MonotonicClock
{
    private readonly TimeProvider _time;
    private readonly long _frequency;

    /// <summary>A clock on <paramref name="time"/>.</summary>
    public MonotonicClock(TimeProvider time)
    {
        _time = time;
        _frequency = time.TimestampFrequency;
    }

    /// <summary>Now, on the monotonic clock.</summary>
    public Instant Now
    {
        get
        {
            var stamp = _time.GetTimestamp();
            var ticks = _frequency == TimeSpan.TicksPerSecond
                ? stamp
                : (long)((Int128)stamp * TimeSpan.TicksPerSecond / _frequency);
            return new Instant(ticks);
        }
    }

    /// <summary>Now, on the wall clock, in 100 ns since 0001-01-01 UTC.</summary>
    public long WallTicks => _time.GetUtcNow().UtcTicks;
}
