using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Dissertation, 4.2.2 and 4.2.3: how members leave, and how one that was away learns of it.</summary>
public sealed class RemovalTests
{
    private static readonly Configuration _without = Cluster.ConfigurationOf([2, 3, 4]);

    [Fact]
    public void A_removed_leader_leads_until_its_removal_is_committed_and_hands_over_4_2_2_C12()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        Assert.Equal(ProposeStatus.Accepted, cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(1))));
        cluster.Stabilize();
        var leader = cluster.Leader();
        Assert.NotNull(leader);
        Assert.NotEqual(1UL, leader.Id.Value);
        Assert.Equal("voters=(2 3)", leader.Status.Configuration.Configuration.ToString());
        Assert.True(cluster[1].Core.IsRemoved);
        cluster.Propose(leader.Id.Value, "a");
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Contains("a", cluster[2].AppliedCommands);
        Assert.Contains("a", cluster[3].AppliedCommands);
    }

    [Fact]
    public void A_leader_that_is_no_voter_does_not_count_itself_B13_4_2_2()
    {
        var lone = Leaving();
        Assert.Equal(3UL, lone.Status.Configuration.Index);
        lone.Settle();
        lone.Deliver(Mail.Accepted(2, 1, index: 3, lone.Now));
        Assert.Equal(2UL, lone.Core.CommitIndex);
        Assert.Equal(Role.Leader, lone.Core.Role);
        lone.Deliver(Mail.Accepted(3, 1, index: 3, lone.Now));
        Assert.Equal(3UL, lone.Core.CommitIndex);
        Assert.Single(lone.All(MessageKind.TimeoutNow));
        Assert.Equal([3UL, 3UL], lone.All(MessageKind.Commit).Select(message => message.Commit));
        Assert.False(lone.Core.IsRemoved);
        lone.Deliver(Mail.Plain(MessageKind.AppendResponse, 2, term: 2, reject: true));
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.True(lone.Core.IsRemoved);
    }

    [Fact]
    public void A_removal_that_commits_during_a_transfer_hands_over_to_its_target()
    {
        var lone = Leaving();
        lone.Settle();
        Assert.Equal(TransferStatus.Started, lone.Core.Transfer(new ReplicaId(3), lone.Now));
        lone.Deliver(Mail.Accepted(2, 1, index: 3, lone.Now));
        lone.Deliver(Mail.Accepted(3, 1, index: 3, lone.Now));
        Assert.Equal(new ReplicaId(3), lone.Only(MessageKind.TimeoutNow).To);
        lone.Deliver(Mail.Plain(MessageKind.AppendResponse, 3, term: 2, reject: true));
        Assert.True(lone.Core.IsRemoved);
    }

    [Fact]
    public void A_removal_that_commits_during_a_transfer_to_a_slow_target_still_ends_the_leader()
    {
        var lone = new Lone(voters: 5);
        lone.BecomeReadyLeader();
        lone.Core.ProposeChange(MembershipChange.Remove(new ReplicaId(1)));
        lone.Settle();
        Acknowledge(lone, 2, 2, 3, 4);
        Assert.Equal(TransferStatus.Started, lone.Core.Transfer(new ReplicaId(5), lone.Now));
        Acknowledge(lone, 3, 2, 3, 4);
        Assert.Equal(3UL, lone.Core.CommitIndex);
        for (var i = 0; i < 30 && lone.Core.Role == Role.Leader; i++)
        {
            Acknowledge(lone, 3, 2, 3, 4);
            lone.Tick(lone.T / 20);
        }

        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.True(lone.Core.IsRemoved);
    }

    [Fact]
    public void A_demoted_leader_hands_over_and_stays_a_learner()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.ProposeChange(1, MembershipChange.AddLearner(Cluster.MemberOf(1)));
        cluster.Stabilize();
        var leader = cluster.Leader();
        Assert.NotNull(leader);
        Assert.NotEqual(1UL, leader.Id.Value);
        Assert.False(cluster[1].Core.IsRemoved);
        cluster.Propose(leader.Id.Value, "a");
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Contains("a", cluster[1].AppliedCommands);
    }

    [Fact]
    public void A_removed_leader_that_is_deposed_before_it_handed_over_ends_too_C14()
    {
        var lone = new Lone(voters: 4);
        lone.BecomeReadyLeader();
        lone.Core.ProposeChange(MembershipChange.Remove(new ReplicaId(1)));
        lone.Settle();
        Acknowledge(lone, 2, 2, 3, 4);
        lone.Propose();
        lone.Settle();
        // The removal commits with 2 and 3, which lack the entry behind it, so that nobody can take over yet.
        Acknowledge(lone, 3, 2, 3);
        Assert.Equal(Role.Leader, lone.Core.Role);
        Assert.False(lone.Core.IsRemoved);
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 4, term: 5, reject: true));
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.True(lone.Core.IsRemoved);
    }

    [Fact]
    public void A_restart_after_the_own_removal_was_committed_ends_the_replica_C14()
    {
        var lone = new Lone();
        lone.Follow(2, 3, 0, Mail.Change(3, 1, Cluster.ConfigurationOf([1, 2, 3])), Mail.Change(3, 2, _without));
        lone.Deliver(Mail.Append(2, 3, new LogId(3, 2), 2, Mail.Command(3, 3)));
        Assert.True(lone.Core.IsRemoved);
        // Power is lost before the owner could destroy it.
        lone.Restart();
        Assert.True(lone.Core.IsRemoved);
    }

    [Fact]
    public void A_replica_that_reads_its_removal_in_its_own_log_needs_nobody_to_confirm_it()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Change(3, 1, _without));
        Assert.False(lone.Core.IsRemoved);
        lone.Deliver(Mail.Append(2, 3, new LogId(3, 1), commit: 1));
        Assert.True(lone.Core.IsRemoved);
        Assert.Single(lone.Events, happened => happened.Kind == RaftEventKind.Removed);
    }

    [Fact]
    public void A_replica_that_joined_by_a_snapshot_reads_its_removal_in_its_own_log_too()
    {
        var lone = new Lone(state: ReplicaState.Blank);
        var with = new ConfigurationEntry(4, Cluster.ConfigurationOf([1, 2, 3]));
        lone.Deliver(Mail.Snapshot(2, 3, new LogId(3, 9), with));
        Assert.Contains(
            lone.Events, happened => happened.Kind == RaftEventKind.ConfigurationCommitted && happened.Index == 4);
        lone.Deliver(Mail.Append(2, 3, new LogId(3, 9), commit: 10, Mail.Change(3, 10, _without)));
        Assert.True(lone.Core.IsRemoved);
    }

    [Fact]
    public void A_new_member_that_does_not_find_itself_in_an_old_snapshot_stays_C10()
    {
        var lone = new Lone(state: ReplicaState.Blank);
        lone.Deliver(Mail.Snapshot(2, 3, new LogId(3, 9), new ConfigurationEntry(4, _without)));
        Assert.False(lone.Core.IsRemoved);
        lone.Deliver(Mail.Append(
            2, 3, new LogId(3, 9), commit: 10, Mail.Change(3, 10, Cluster.ConfigurationOf([1, 2, 3]))));
        Assert.False(lone.Core.IsRemoved);
        Assert.Equal(10UL, lone.Status.Configuration.Index);
    }

    [Fact]
    public void A_replica_is_not_removed_by_the_rollback_of_its_uncommitted_addition()
    {
        var lone = new Lone(state: ReplicaState.Bootstrap(_without));
        lone.Follow(2, 3, 1, Mail.Command(3, 1), Mail.Change(3, 2, Cluster.ConfigurationOf([1, 2, 3, 4])));
        lone.Deliver(Mail.Append(3, 4, new LogId(3, 1), commit: 3, Mail.Command(4, 2), Mail.Command(4, 3)));
        Assert.Equal(0UL, lone.Status.Configuration.Index);
        Assert.False(lone.Core.IsRemoved);
    }

    [Fact]
    public void A_voter_outside_its_own_newest_configuration_campaigns_until_that_commits_A12()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Change(3, 1, _without));
        lone.Pass(lone.T * 2);
        lone.TickAtDeadline();
        lone.Settle();
        Assert.Equal(Role.PreCandidate, lone.Core.Role);
        // It asks the configuration's voters and does not count itself.
        Assert.Equal([2UL, 3UL, 4UL], lone.All(MessageKind.PreVote).Select(message => message.To.Value));
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 2, 4));
        Assert.Equal(Role.PreCandidate, lone.Core.Role);
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 3, 4));
        Assert.Equal(Role.Candidate, lone.Core.Role);
    }

    [Fact]
    public void A_removed_member_that_campaigns_is_told_and_disturbs_nobody_A11()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 1, Mail.Change(3, 1, Cluster.ConfigurationOf([1, 2, 3])));
        lone.Pass(lone.T * 2);
        foreach (var message in (Message[])[
            Mail.PreVote(9, 8, new LogId(7, 50)), Mail.Vote(9, 8, new LogId(7, 50)), Mail.Query(9, 8, 0)])
        {
            var answer = Assert.Single(lone.Deliver(message));
            Assert.Equal(MessageKind.Removed, answer.Kind);
            Assert.Equal(1UL, answer.Index);
            Assert.False(answer.Configuration?.Contains(new ReplicaId(9)));
            Assert.Equal(3UL, lone.Core.Term);
        }
    }

    [Fact]
    public void Removed_is_answered_only_by_a_newer_committed_configuration_C17()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Change(3, 1, Cluster.ConfigurationOf([1, 2, 3])));
        lone.Pass(lone.T * 2);
        Assert.Equal(
            MessageKind.PreVoteResponse, Assert.Single(lone.Deliver(Mail.PreVote(9, 8, new LogId(7, 50)))).Kind);
        lone.Deliver(Mail.Commit(2, 3, commit: 1));
        lone.Pass(lone.T * 2);
        var newer = Mail.PreVote(9, 8, new LogId(7, 50), configurationIndex: 5);
        Assert.Equal(MessageKind.PreVoteResponse, Assert.Single(lone.Deliver(newer)).Kind);
    }

    [Fact]
    public void One_word_is_not_enough_a_quorum_of_the_named_members_must_say_so_C14()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 1, Mail.Change(3, 1, Cluster.ConfigurationOf([1, 2, 3])));
        lone.Deliver(Mail.Removed(2, 5, index: 7, _without));
        Assert.False(lone.Core.IsRemoved);
        Assert.Equal([2UL, 3UL, 4UL], lone.All(MessageKind.MembershipQuery).Select(message => message.To.Value));
        Assert.All(lone.All(MessageKind.MembershipQuery), query => Assert.Equal(1UL, query.ConfigurationIndex));
        lone.Deliver(Mail.Removed(2, 5, index: 7, _without));
        lone.Deliver(Mail.Removed(9, 5, index: 7, _without));
        Assert.False(lone.Core.IsRemoved);
        lone.Deliver(Mail.Removed(4, 5, index: 7, _without));
        Assert.True(lone.Core.IsRemoved);
    }

    [Fact]
    public void Removed_is_ignored_unless_its_index_is_above_the_own_newest_configuration()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1), Mail.Change(3, 2, Cluster.ConfigurationOf([1, 2, 3])));
        foreach (var voter in (ulong[])[2, 3, 4])
        {
            Assert.Empty(lone.Deliver(Mail.Removed(voter, 5, index: 2, _without)));
        }

        Assert.False(lone.Core.IsRemoved);
    }

    [Fact]
    public void The_members_are_asked_again_after_T()
    {
        var lone = new Lone();
        lone.Deliver(Mail.Removed(2, 5, index: 7, _without));
        lone.Sent.Clear();
        lone.Tick(lone.T);
        lone.Settle();
        Assert.Equal(3, lone.All(MessageKind.MembershipQuery).Count);
    }

    [Fact]
    public void A_removed_replica_votes_for_nobody_and_serves_no_read()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 1, Mail.Change(3, 1, _without));
        Assert.True(lone.Core.IsRemoved);
        lone.Pass(lone.T * 2);
        Assert.Empty(lone.Deliver(Mail.Vote(3, 9, new LogId(8, 50), configurationIndex: 5)));
        Assert.Equal(ReadStatus.Unavailable, lone.Core.ReadIndex(lone.Now, out _));
    }

    [Fact]
    public void A_member_that_was_away_when_it_was_removed_learns_of_it_when_it_returns_C14()
    {
        var cluster = new Cluster(4);
        cluster.Elect(1);
        cluster.Isolate(4);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(4)));
        cluster.Run(TimeSpan.FromSeconds(3));
        Assert.False(cluster[4].Core.IsRemoved);
        cluster.Heal();
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.True(cluster[4].Core.IsRemoved);
        Assert.Equal(1UL, cluster[1].Status.HardState.Term);
    }

    [Fact]
    public void A_removed_member_that_missed_the_last_notice_learns_of_its_removal_C14()
    {
        var cluster = new Cluster(4);
        cluster.Elect(1);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(4)));
        while (cluster[1].Status.HardState.Commit < 3)
        {
            cluster.DeliverOnce();
        }

        // It holds the entry that removes it, and never hears that it is committed.
        cluster.DropAll(1, 4);
        Assert.Equal(3UL, cluster[4].Status.LastIndex);
        Assert.Equal(3UL, cluster[1].Status.HardState.Commit);
        Assert.False(cluster[4].Core.IsRemoved);
        cluster.Run(TimeSpan.FromSeconds(30));
        Assert.True(cluster[4].Core.IsRemoved);
        Assert.Equal(1UL, cluster[1].Status.HardState.Term);
    }

    /// <summary>A leader of three that committed the joint state of its removal; leaving it is appended.</summary>
    private static Lone Leaving()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Assert.Equal(ProposeStatus.Accepted, lone.Core.ProposeChange(MembershipChange.Remove(new ReplicaId(1))));
        lone.Settle();
        Acknowledge(lone, 2, 2, 3);
        return lone;
    }

    private static void Acknowledge(Lone lone, ulong index, params ulong[] from)
    {
        foreach (var member in from)
        {
            lone.Step(Mail.Accepted(member, lone.Core.Term, index, lone.Now));
        }

        lone.Settle();
    }
}
