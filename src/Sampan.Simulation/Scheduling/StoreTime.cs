using Sampan.Base;

namespace Sampan.Simulation.Scheduling;

/// <summary>
/// The clocks of one store: a monotonic one that drifts and begins anywhere, and a wall clock that may be set.
/// </summary>
internal sealed class StoreTime : TimeProvider
{
    private static readonly DateTimeOffset _epoch = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly EventQueue _events;
    private readonly long _originTicks;
    private readonly int _driftPerMille;

    /// <summary>
    /// Clocks over true time; the drift is how much faster the store's clocks run, in parts of a thousand.
    /// </summary>
    public StoreTime(EventQueue events, Prng prng, int driftPerMilleMax)
    {
        _events = events;
        _originTicks = TimeSpan.FromHours(1 + prng.NextBelow(1000)).Ticks;
        _driftPerMille = driftPerMilleMax == 0 ? 0 : prng.NextBetween(-driftPerMilleMax, driftPerMilleMax);
    }

    /// <summary>How far the wall clock is off.</summary>
    public TimeSpan WallSkew { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <inheritdoc/>
    public override long GetTimestamp() => _originTicks + _events.Now.Ticks + (_events.Now.Ticks / 1000 * _driftPerMille);

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => _epoch.AddTicks(_events.Now.Ticks) + WallSkew;

    /// <summary>True time at which the store's monotonic clock shows an instant, or a little later.</summary>
    public Instant ToTrue(Instant local)
    {
        if (local == Instant.Never)
        {
            return Instant.Never;
        }

        var elapsed = Math.Max(0, local.Ticks - _originTicks);
        var ticks = _driftPerMille == 0 ? elapsed : (long)((Int128)elapsed * 1000 / (1000 + _driftPerMille)) + 1000;
        return new Instant(ticks);
    }
}
