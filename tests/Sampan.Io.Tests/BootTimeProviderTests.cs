namespace Sampan.Io.Tests;

/// <summary>Purpose: the clock of a store goes forward, in ticks, and counts from the boot.</summary>
public sealed class BootTimeProviderTests
{
    [Fact]
    public void It_never_goes_back()
    {
        var time = new BootTimeProvider();
        var last = time.GetTimestamp();
        for (var i = 0; i < 100_000; i++)
        {
            var now = time.GetTimestamp();
            Assert.True(now >= last);
            last = now;
        }

        Assert.Equal(last, new TimeSpan(last).Ticks);
        Assert.Equal(TimeSpan.TicksPerSecond, time.TimestampFrequency);
    }

    [Fact]
    public void It_counts_at_least_what_the_monotonic_clock_counts()
    {
        // Suspension is counted here and not there, so it can only be ahead.
        var monotonic = TimeProvider.System.GetElapsedTime(0);
        var boot = new BootTimeProvider().GetElapsedTime(0);
        Assert.True(boot >= monotonic, $"boot {boot}, monotonic {monotonic}");
    }
}
