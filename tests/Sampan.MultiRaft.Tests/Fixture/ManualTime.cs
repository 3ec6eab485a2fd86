namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>A clock that moves only when a test says so.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _ticks = TimeSpan.TicksPerDay;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp() => _ticks;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => new(DateTime.UnixEpoch.Ticks + _ticks, TimeSpan.Zero);

    /// <summary>Time passes.</summary>
    public void Advance(TimeSpan duration) => _ticks += duration.Ticks;
}
