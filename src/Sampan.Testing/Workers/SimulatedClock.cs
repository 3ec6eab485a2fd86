using Sampan.Base;

namespace Sampan.Testing.Workers;

/// <summary>
/// The clock of one process: the local time of the thread that asks, seen from an origin and at a rate of its own, so
/// that code which compares instants of two stores, or trusts two clocks to go alike, is found out. The wall clock can
/// be set apart.
/// </summary>
public sealed class SimulatedClock : TimeProvider
{
    private static readonly DateTimeOffset _epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly SimulatedProcess _process;
    private readonly long _originTicks;
    private int _ratePpm;

    internal SimulatedClock(SimulatedProcess process, TimeSpan origin)
    {
        _process = process;
        _originTicks = origin.Ticks;
    }

    /// <summary>
    /// How much faster it goes than the timeline, in millionths; set before the workers start, for its instants must
    /// not jump.
    /// </summary>
    public int RatePpm
    {
        get => _ratePpm;
        set
        {
            Invariant.Holds(value > -1_000_000 && !_process.Runner.IsRunning);
            _ratePpm = value;
        }
    }

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan WallOffset { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp() => ToLocal(_process.Now).Ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _epoch + new TimeSpan(_process.Now.Ticks) + WallOffset;

    /// <summary>An event of the process, at a time of this clock; not under way with any worker.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new SimulatedTimer(_process, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>What this clock shows at an instant of the timeline.</summary>
    public Instant ToLocal(Instant timeline) =>
        timeline == Instant.Never
            ? timeline
            : new Instant(_originTicks + timeline.Ticks + (long)((Int128)timeline.Ticks * _ratePpm / 1_000_000));

    /// <summary>
    /// The first instant of the timeline at which this clock shows at least <paramref name="local"/>; zero for what was
    /// before its origin.
    /// </summary>
    public Instant ToTimeline(Instant local)
    {
        if (local == Instant.Never || local.Ticks <= _originTicks)
        {
            return local == Instant.Never ? local : Instant.Zero;
        }

        var ticks = (Int128)(local.Ticks - _originTicks) * 1_000_000 / (1_000_000 + _ratePpm);
        var found = new Instant((long)Int128.Min(ticks, long.MaxValue - 2));
        while (ToLocal(found) < local)
        {
            found = found.After(TimeSpan.FromTicks(1));
        }

        return found;
    }
}
