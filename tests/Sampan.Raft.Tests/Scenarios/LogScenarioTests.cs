using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;

namespace Sampan.Raft.Tests.Scenarios;

/// <summary>
/// Purpose: mistakes that other systems made with their logs are not made here (docs/scenarios.md): what a leader that
/// steps down leaves behind, what is true of memory and disk after a truncation, and who holds up whom.
/// </summary>
public sealed class LogScenarioTests
{
    [Fact]
    public void An_old_leader_that_steps_down_writes_nothing_in_the_new_term_B9()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose("taken in before the new term was heard of");
        lone.Step(Mail.Heartbeat(2, 5));
        Assert.Equal(ProposeStatus.NotLeader, lone.Propose());
        lone.Settle();
        Assert.All(lone.Log.Memory.Entries, entry => Assert.Equal(1UL, entry.Term));
        Assert.Equal(2UL, lone.Status.LastIndex);
        Assert.Empty(lone.All(MessageKind.Append));
    }

    /// <summary>One entry is on its way to the disk, one is not even handed out; a new leader replaces both.</summary>
    [Fact]
    public void Memory_and_disk_agree_when_the_tail_of_a_deposed_leader_is_replaced_B10()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose("on its way");
        lone.Take();
        lone.Propose("not handed out");
        lone.Step(Mail.Append(2, 5, new LogId(1, 1), 1, Mail.Command(5, 2)));
        lone.Settle();
        LogId[] expected = [new(1, 1), new(5, 2)];
        Assert.Equal(expected, lone.Log.Memory.Entries.Select(entry => entry.Id));
        Assert.Equal(expected, lone.Log.Durable.Entries.Select(entry => entry.Id));
        Assert.Equal((2UL, 2UL), (lone.Status.LastIndex, lone.Status.DurableIndex));
        lone.Restart();
        Assert.Equal((2UL, 5UL), (lone.Status.LastIndex, lone.Core.Term));
    }

    [Fact]
    public void A_log_cut_back_to_its_base_goes_on_B18()
    {
        var lone = Compacted();
        var answer = Assert.Single(lone.Deliver(Mail.Append(3, 4, new LogId(3, 3), 3, Mail.Command(4, 4))));
        Assert.Equal((false, 4UL), (answer.Reject, answer.Index));
        lone.Restart();
        Assert.Equal((4UL, 4UL, 3UL), (lone.Status.FirstIndex, lone.Status.LastIndex, lone.Core.CommitIndex));
        answer = Assert.Single(lone.Deliver(Mail.Append(3, 4, new LogId(4, 4), 5, Mail.Command(4, 5))));
        Assert.Equal((false, 5UL), (answer.Reject, answer.Index));
        Assert.Equal((5UL, 5UL), (lone.Core.CommitIndex, lone.Status.DurableIndex));
    }

    [Fact]
    public void What_is_durable_is_known_after_a_truncation_and_a_restart_B19()
    {
        var lone = new Lone();
        lone.Follow(2, 3, 0, Mail.Command(3, 1), Mail.Command(3, 2), Mail.Command(3, 3));
        lone.Deliver(Mail.Append(3, 4, new LogId(3, 1), 1, Mail.Command(4, 2)));
        Assert.Equal(2UL, lone.Status.DurableIndex);
        lone.Restart();
        Assert.Equal(2UL, lone.Status.DurableIndex);
        var answer = Assert.Single(lone.Deliver(Mail.Append(3, 4, new LogId(4, 2), 3, Mail.Command(4, 3))));
        Assert.Equal((false, 3UL), (answer.Reject, answer.Index));
        Assert.Equal((3UL, 3UL), (lone.Status.DurableIndex, lone.Core.CommitIndex));
        Assert.Equal(4UL, lone.Applies[^1].Committed.EndIndex);
    }

    [Fact]
    public void A_leader_by_votes_alone_hands_nothing_out_B20()
    {
        var lone = new Lone();
        lone.BecomeLeader();
        lone.Propose();
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        Assert.Equal((2UL, 0UL), (lone.Status.DurableIndex, lone.Core.CommitIndex));
        Assert.All(lone.Applies, apply => Assert.True(apply.Committed.IsEmpty));
        Assert.Empty(lone.Reads);
    }

    [Fact]
    public void An_append_that_is_applied_long_ago_is_acknowledged_and_changes_nothing_R12()
    {
        foreach (var lone in (Lone[])[Follower(), Compacted()])
        {
            var last = lone.Status.LastIndex;
            var answer = Assert.Single(lone.Deliver(
                Mail.Append(2, 3, LogId.Zero, 1, Mail.Command(3, 1), Mail.Command(3, 2))));
            Assert.False(answer.Reject);
            Assert.InRange(answer.Index, 2UL, 3UL);
            Assert.Equal((last, 3UL), (lone.Status.LastIndex, lone.Core.CommitIndex));
        }
    }

    /// <summary>2 takes whatever is sent to it and never says a word.</summary>
    [Fact]
    public void A_member_that_does_not_answer_delays_neither_writes_nor_reads_R53()
    {
        var lone = new Lone(configure: options => options with { InflightMessagesMax = 4 });
        lone.BecomeReadyLeader();
        for (var i = 2UL; i < 100; i++)
        {
            Assert.Equal(ProposeStatus.Accepted, lone.Propose());
            lone.Settle();
            lone.Deliver(Mail.Accepted(3, 1, index: i, lone.Now));
            Assert.Equal(i, lone.Core.CommitIndex);
            var before = lone.Reads.Count();
            lone.Core.ReadIndex(lone.Now, out _);
            lone.Settle();
            var round = lone.All(MessageKind.Heartbeat)[^1].Round;
            lone.Deliver(Mail.Heard(3, 1, round, lone.Now));
            Assert.Equal(before + 1, lone.Reads.Count());
        }
    }

    [Fact]
    public void A_leader_that_lost_its_quorum_works_again_when_it_is_back_G5()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        for (var round = 0; round < 5; round++)
        {
            var leader = Assert.IsType<ReplicaUnderTest>(cluster.Leader());
            cluster.Isolate(leader.Id.Value);
            cluster.Propose(leader.Id.Value, $"lost {round}");
            cluster.Run(TimeSpan.FromSeconds(5));
            Assert.NotEqual(Role.Leader, leader.Status.Role);
            cluster.Heal();
            cluster.Run(TimeSpan.FromSeconds(5));
            var next = Assert.IsType<ReplicaUnderTest>(cluster.Leader());
            Assert.Equal(ProposeStatus.Accepted, cluster.Propose(next.Id.Value, $"kept {round}"));
            cluster.Run(TimeSpan.FromSeconds(1));
            Assert.All(cluster.Replicas, replica => Assert.Contains($"kept {round}", replica.AppliedCommands));
            Assert.DoesNotContain($"lost {round}", leader.AppliedCommands);
        }
    }

    /// <summary>Follows 2 in term 3 with entries 1 to 6, of which 3 are committed.</summary>
    private static Lone Follower()
    {
        var lone = new Lone();
        lone.Follow(2, 3, 3, [.. Enumerable.Range(1, 6).Select(i => Mail.Command(3, (ulong)i))]);
        lone.Deliver(Mail.Append(2, 3, new LogId(3, 3), 3));
        return lone;
    }

    /// <summary>The same, its log beginning at 4.</summary>
    private static Lone Compacted()
    {
        var lone = Follower();
        var configuration = new ConfigurationEntry(0, Cluster.ConfigurationOf([1, 2, 3]));
        var snapshot = new SnapshotMeta(new LogId(3, 3), configuration, timeTicks: 0);
        lone.Log.Mark(snapshot);
        lone.Core.SnapshotTaken(snapshot);
        lone.Log.Compact(4);
        lone.Core.Compacted(4);
        lone.Sent.Clear();
        return lone;
    }
}
