using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;

namespace Sampan.Raft.Tests.Scenarios;

/// <summary>
/// Purpose: mistakes that other systems made in elections are not made here (docs/scenarios.md).
/// </summary>
public sealed class ElectionScenarioTests
{
    /// <summary>Links that are up, of five members of which 1 leads, and whether it has a quorum still.</summary>
    public static TheoryData<string, string, bool> Networks { get; } = new()
    {
        { "bridge", "12 13 23 34 35 45", true },
        { "ring", "12 23 34 45 51", true },
        { "star whose middle leads", "12 13 14 15", true },
        { "star whose leaf leads", "21 23 24 25", false },
        { "wheel", "12 13 14 15 23 45", true },
    };

    /// <summary>
    /// The group is idle first: all logs are equal, so that whoever hears no leader could win. A leader with a quorum
    /// leads on in its first term.
    /// </summary>
    [Theory]
    [MemberData(nameof(Networks))]
    public void A_network_with_holes_comes_to_one_leader_and_stays_with_it_A15(
        string what, string links, bool hasQuorum)
    {
        var cluster = new Cluster(5);
        cluster.Elect(1);
        for (var left = 1UL; left <= 5; left++)
        {
            for (var right = left + 1; right <= 5; right++)
            {
                if (!links.Contains($"{left}{right}", StringComparison.Ordinal)
                    && !links.Contains($"{right}{left}", StringComparison.Ordinal))
                {
                    cluster.Cut(left, right);
                }
            }
        }

        cluster.Run(TimeSpan.FromSeconds(30));
        var leader = cluster.Leader();
        Assert.True(leader is not null, what);
        var term = leader.Core.Term;
        Assert.Equal(hasQuorum, term == 1);
        for (var second = 0; second < 30; second++)
        {
            Assert.Equal(ProposeStatus.Accepted, cluster.Propose(leader.Id.Value, $"{second}"));
            cluster.Run(TimeSpan.FromSeconds(1));
            Assert.Equal((Role.Leader, term), (leader.Core.Role, leader.Core.Term));
            Assert.Contains($"{second}", leader.AppliedCommands);
        }
    }

    [Fact]
    public void A_leader_that_restarts_leads_no_more_A17()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Restart();
        Assert.Equal((Role.Follower, ReplicaId.None), (lone.Core.Role, lone.Core.Leader));
        Assert.Equal(ProposeStatus.NotLeader, lone.Propose());
        Assert.Equal(ReadStatus.NoLeader, lone.Core.ReadIndex(lone.Now, out _));
        Assert.Empty(lone.Deliver(Mail.Heard(2, 1, 0, lone.Now)));
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    /// <summary>It leads again at once, but its state machine has nothing yet of what was acknowledged.</summary>
    [Fact]
    public void An_only_voter_that_restarts_reads_behind_all_that_it_acknowledged_A17_R27()
    {
        var lone = new Lone(voters: 1);
        lone.Tick(TimeSpan.Zero);
        lone.Settle();
        lone.Propose("acknowledged");
        lone.Settle();
        Assert.Equal(2UL, lone.Core.CommitIndex);
        lone.Restart(applied: 0);
        lone.Tick(TimeSpan.Zero);
        lone.Take();
        lone.Write();
        lone.Report();
        Assert.Equal(Role.Leader, lone.Core.Role);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Take();
        Assert.Empty(lone.Reads);
        lone.Settle();
        Assert.Equal(3UL, lone.Reads.Single().Index);
    }

    [Fact]
    public void A_vote_that_is_given_begins_the_wait_anew_R34()
    {
        var lone = new Lone();
        lone.Follow(2, 3, 0, Mail.Command(3, 1));
        lone.Pass(lone.T * 3);
        Assert.True(lone.Core.NextDeadline < lone.Now);
        lone.Deliver(Mail.Vote(3, term: 4, new LogId(3, 1)));
        Assert.True(lone.Core.NextDeadline > lone.Now);
        lone.Tick(TimeSpan.Zero);
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void A_cold_start_without_one_member_elects_within_two_rounds_R51()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var cluster = new Cluster(3, new ClusterOptions { Seed = seed });
            cluster.Crash(3);
            cluster.Run(TimeSpan.FromSeconds(2));
            Assert.NotNull(cluster.Leader());
            Assert.True(cluster.Checker.LeaderCount == 1);
        }
    }

    [Fact]
    public void A_leader_that_is_not_heard_any_more_is_named_to_nobody_R58()
    {
        var lone = new Lone();
        lone.Follow(2, 3, 0, Mail.Command(3, 1));
        Assert.Equal(new ReplicaId(2), lone.Core.Leader);
        lone.TickAtDeadline();
        lone.Settle();
        Assert.Equal(ReplicaId.None, lone.Core.Leader);
    }
}
