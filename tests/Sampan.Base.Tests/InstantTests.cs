namespace Sampan.Base.Tests;

public sealed class InstantTests
{
    [Fact]
    public void After_and_since_are_inverse()
    {
        var instant = new Instant(1000);
        Assert.Equal(TimeSpan.FromSeconds(3), instant.After(TimeSpan.FromSeconds(3)).Since(instant));
        Assert.True(instant < instant.After(TimeSpan.FromTicks(1)));
    }

    /// <summary>A deadline that lies too far away is never, not long ago.</summary>
    [Fact]
    public void After_never_wraps()
    {
        Assert.Equal(Instant.Never, new Instant(1).After(TimeSpan.MaxValue));
        Assert.Equal(Instant.Never, Instant.Never.After(TimeSpan.FromTicks(1)));
        Assert.Equal(new Instant(long.MaxValue), Instant.Zero.After(TimeSpan.MaxValue));
    }
}
