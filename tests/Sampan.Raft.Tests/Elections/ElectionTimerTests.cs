using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Elections;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Elections;

/// <summary>
/// Purpose: when a replica without a leader campaigns: bounds and shape of the waits, and who goes first.
/// </summary>
public sealed class ElectionTimerTests
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(1000);
    private static readonly Instant _now = new(5_000_000);

    [Fact]
    public void After_contact_the_wait_is_uniform_between_T_and_five_quarters_of_T()
    {
        var timer = new ElectionTimer(_timeout, new Prng(1));
        RequireUniform(_timeout, _timeout / 4, () =>
        {
            timer.Restart(_now);
            return timer.Deadline;
        });
    }

    [Fact]
    public void Without_a_former_leader_only_the_spread_is_waited_for()
    {
        var timer = new ElectionTimer(_timeout, new Prng(2));
        RequireUniform(TimeSpan.Zero, _timeout / 4, () =>
        {
            timer.StartSoon(_now);
            return timer.Deadline;
        });
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 4)]
    [InlineData(3, 4)]
    [InlineData(9, 4)]
    public void After_failed_rounds_the_spread_doubles_up_to_T_and_T_is_not_waited_for_again(int failed, int quarters)
    {
        var prng = new Prng(3);
        RequireUniform(TimeSpan.Zero, _timeout / 4 * quarters, () =>
        {
            var timer = new ElectionTimer(_timeout, prng.Fork());
            for (var round = 0; round < failed; round++)
            {
                timer.RoundFailed(_now);
            }

            return timer.Deadline;
        });
    }

    [Fact]
    public void A_round_lasts_as_long_as_the_present_spread()
    {
        var timer = new ElectionTimer(_timeout, new Prng(4));
        timer.RoundStarted(_now);
        Assert.Equal(_now.After(_timeout / 4), timer.Deadline);
        timer.RoundFailed(_now);
        timer.RoundStarted(_now);
        Assert.Equal(_now.After(_timeout / 2), timer.Deadline);
    }

    [Fact]
    public void Contact_narrows_the_spread_again()
    {
        var timer = new ElectionTimer(_timeout, new Prng(5));
        timer.RoundFailed(_now);
        timer.RoundFailed(_now);
        timer.Restart(_now);
        timer.RoundStarted(_now);
        Assert.Equal(_now.After(_timeout / 4), timer.Deadline);
    }

    [Fact]
    public void Priority_zero_never_campaigns()
    {
        var timer = TimerOf(0, 0, 5);
        for (var round = 0; round < 100; round++)
        {
            Assert.False(timer.MayCampaign(0));
        }
    }

    [Fact]
    public void The_highest_priority_campaigns_at_once_and_others_sit_rounds_out()
    {
        var timer = TimerOf(100, 60, 1);
        Assert.True(timer.MayCampaign(100));
        Assert.False(timer.MayCampaign(60));
    }

    [Fact]
    public void The_target_falls_by_a_fifth_and_at_least_by_ten_after_each_second_missed_round()
    {
        var timer = TimerOf(100, 60, 1);
        // 100 falls to 80, 64 and 52: a voter of 60 may go in its third pair of rounds.
        Assert.Equal(
            [false, false, false, false, false, true], Enumerable.Range(0, 6).Select(_ => timer.MayCampaign(60)));
        var small = TimerOf(15, 3);
        // 15 falls to 5 and then to 1, never below.
        Assert.Equal([false, false, false, true], Enumerable.Range(0, 4).Select(_ => small.MayCampaign(3)));
    }

    [Fact]
    public void Every_voter_with_a_priority_campaigns_in_the_end()
    {
        for (var highest = 1; highest <= 1000; highest += 37)
        {
            var timer = TimerOf(highest, 1);
            Assert.Contains(true, Enumerable.Range(0, 60).Select(_ => timer.MayCampaign(1)));
        }
    }

    [Fact]
    public void A_new_leader_makes_the_highest_priority_waited_for_again()
    {
        var timer = TimerOf(10, 1);
        Assert.False(timer.MayCampaign(1));
        Assert.True(timer.MayCampaign(1));
        timer.ResetPriority(ConfigurationOf(10, 1));
        Assert.False(timer.MayCampaign(1));
    }

    private static ElectionTimer TimerOf(params int[] priorities)
    {
        var timer = new ElectionTimer(_timeout, new Prng(6));
        timer.ResetPriority(ConfigurationOf(priorities));
        return timer;
    }

    private static Configuration ConfigurationOf(params int[] priorities) =>
        Configuration.Of(priorities.Select((priority, i) => Cluster.MemberOf((ulong)i + 1, priority)), []);

    /// <summary>Ten thousand waits lie within the bounds and fill each tenth of them evenly.</summary>
    private static void RequireUniform(TimeSpan least, TimeSpan spread, Func<Instant> draw)
    {
        var tenths = new int[10];
        for (var i = 0; i < 10_000; i++)
        {
            var extra = draw().Since(_now) - least;
            Assert.True(extra >= TimeSpan.Zero && extra < spread, $"{extra} of {spread}");
            tenths[(int)(extra.Ticks * 10 / spread.Ticks)]++;
        }

        // Six standard deviations of a binomial with n = 10,000 and p = 0.1.
        Assert.All(tenths, count => Assert.InRange(count, 820, 1180));
    }
}
