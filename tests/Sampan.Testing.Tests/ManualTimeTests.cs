namespace Sampan.Testing.Tests;

/// <summary>Purpose: manual time moves when told, and not otherwise.</summary>
public sealed class ManualTimeTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void Both_clocks_move_together_and_the_wall_clock_can_be_set()
    {
        var start = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(start.AddSeconds(2), _time.GetUtcNow());
        Assert.Equal(TimeSpan.FromSeconds(2), _time.GetElapsedTime(0));

        _time.SetUtcNow(start.AddHours(-1));
        Assert.Equal(TimeSpan.FromSeconds(2), _time.GetElapsedTime(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => _time.Advance(TimeSpan.FromTicks(-1)));
    }

    [Fact]
    public void Timers_fire_in_the_order_of_their_times_while_the_clock_shows_them()
    {
        var fired = new List<string>();
        void Note(string name) => fired.Add($"{name}@{_time.GetElapsedTime(0).TotalSeconds}");
        using var late = _time.CreateTimer(_ => Note("late"), null, TimeSpan.FromSeconds(3), Timeout.InfiniteTimeSpan);
        using var often = _time.CreateTimer(_ => Note("often"), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2));
        using var never = _time.CreateTimer(_ => Note("never"), null, Timeout.InfiniteTimeSpan, TimeSpan.Zero);

        _time.Advance(TimeSpan.FromSeconds(4));

        Assert.Equal(["often@1", "late@3", "often@3"], fired);
        often.Dispose();
        late.Change(TimeSpan.FromSeconds(1), Timeout.InfiniteTimeSpan);
        _time.Advance(TimeSpan.FromSeconds(4));
        Assert.Equal("late@5", fired[^1]);
        Assert.Equal(4, fired.Count);
    }
}
