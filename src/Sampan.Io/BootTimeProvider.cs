namespace Sampan.Io;

/// <summary>
/// The clock of a store: on Linux CLOCK_BOOTTIME, which counts the time that the machine was suspended, so that a store
/// that wakes up does not believe in leases that ended meanwhile. Elsewhere the system's monotonic clock, which may not
/// count it. The wall clock and timers are the system's. Any thread.
/// </summary>
public sealed class BootTimeProvider : TimeProvider
{
    private const int BootTime = 7;

    private readonly bool _isBootTime = OperatingSystem.IsLinux() && LibC.GetTime(BootTime, out _) == 0;

    /// <inheritdoc/>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <inheritdoc/>
    public override long GetTimestamp()
    {
        if (_isBootTime && LibC.GetTime(BootTime, out var time) == 0)
        {
            return (time.Seconds * TimeSpan.TicksPerSecond) + (time.Nanoseconds / TimeSpan.NanosecondsPerTick);
        }

        return System.GetElapsedTime(0).Ticks;
    }
}
