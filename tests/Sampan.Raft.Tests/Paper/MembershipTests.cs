using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Dissertation, 4: what may be changed and when, and which configuration decides.</summary>
public sealed class MembershipTests
{
    [Theory]
    [InlineData(MemberChangeKind.AddVoter, 4)]
    [InlineData(MemberChangeKind.Remove, 3)]
    [InlineData(MemberChangeKind.AddLearner, 3)]
    public void Any_change_of_voters_goes_through_the_joint_state_also_of_one_4_3(MemberChangeKind kind, int member)
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Assert.Equal(ProposeStatus.Accepted, Change(lone, kind, (ulong)member));
        var configuration = lone.Status.Configuration.Configuration;
        Assert.True(configuration.IsJoint);
        Assert.True(configuration.AutoLeave);
        Assert.Equal(3, configuration.VotersOutgoing.Length);
    }

    [Fact]
    public void Learners_alone_and_priorities_alone_need_no_joint_state()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Assert.Equal(ProposeStatus.Accepted, Change(lone, MemberChangeKind.AddLearner, 9));
        Assert.False(lone.Status.Configuration.Configuration.IsJoint);
        lone.AcknowledgeAll();
        var update = MembershipChange.Update(Cluster.MemberOf(2, priority: 7));
        Assert.Equal(ProposeStatus.Accepted, lone.Core.ProposeChange(update));
        Assert.Equal(3UL, lone.Status.Configuration.Index);
        Assert.True(lone.Status.Configuration.Configuration.TryGetMember(new ReplicaId(2), out var member));
        Assert.Equal(7, member.Priority);
    }

    [Fact]
    public void A_replica_that_is_bound_is_never_bound_to_another_disk()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        var bound = Cluster.MemberOf(2);
        foreach (var other in (Member[])
            [bound with { Incarnation = new Incarnation(7, 7) }, bound with { Store = new StoreId(8) }])
        {
            Assert.Equal(ProposeStatus.InvalidChange, lone.Core.ProposeChange(MembershipChange.Update(other)));
            Assert.Equal(ProposeStatus.InvalidChange, lone.Core.ProposeChange(MembershipChange.AddVoter(other)));
            Assert.Equal(ProposeStatus.InvalidChange, lone.Core.ProposeChange(MembershipChange.AddLearner(other)));
        }

        Assert.Equal(0UL, lone.Status.Configuration.Index);
    }

    [Fact]
    public void A_configuration_is_in_force_from_its_entry_on_4_1()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Change(lone, MemberChangeKind.AddVoter, 4);
        Assert.Equal(2UL, lone.Status.Configuration.Index);
        Assert.Equal(1UL, lone.Core.CommitIndex);
        lone.Settle();
        Assert.Contains(lone.All(MessageKind.Append), message => message.To.Value == 4);
    }

    [Fact]
    public void No_change_before_an_entry_of_the_leaders_term_is_committed_C1()
    {
        var lone = new Lone();
        lone.BecomeLeader();
        Assert.Equal(ProposeStatus.ChangeInProgress, Change(lone, MemberChangeKind.AddVoter, 4));
        lone.AcknowledgeAll();
        Assert.Equal(ProposeStatus.Accepted, Change(lone, MemberChangeKind.AddVoter, 4));
    }

    [Fact]
    public void One_uncommitted_change_at_a_time_and_none_in_the_joint_state_C6()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Change(lone, MemberChangeKind.AddVoter, 4);
        Assert.Equal(ProposeStatus.ChangeInProgress, Change(lone, MemberChangeKind.AddLearner, 5));
        lone.Settle();
        lone.Deliver(Mail.Accepted(2, 1, index: 2, lone.Now));
        lone.Deliver(Mail.Accepted(3, 1, index: 2, lone.Now));
        // The joint state is committed and its end appended, but not committed yet.
        Assert.Equal((2UL, 3UL), (lone.Core.CommitIndex, lone.Status.Configuration.Index));
        Assert.Equal(ProposeStatus.ChangeInProgress, Change(lone, MemberChangeKind.AddLearner, 5));
        lone.AcknowledgeAll();
        Assert.Equal(ProposeStatus.Accepted, Change(lone, MemberChangeKind.AddLearner, 5));
    }

    [Fact]
    public void The_joint_state_is_left_only_when_its_entry_is_committed_4_3()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Change(lone, MemberChangeKind.AddVoter, 4);
        lone.Settle();
        Assert.True(lone.Status.Configuration.Configuration.IsJoint);
        // 1 and 2 are a majority of the old half, not of the new one.
        lone.Deliver(Mail.Accepted(2, 1, index: 2, lone.Now));
        Assert.Equal(1UL, lone.Core.CommitIndex);
        Assert.True(lone.Status.Configuration.Configuration.IsJoint);
        lone.Deliver(Mail.Accepted(4, 1, index: 2, lone.Now));
        Assert.False(lone.Status.Configuration.Configuration.IsJoint);
        Assert.Equal(3UL, lone.Status.Configuration.Index);
    }

    [Fact]
    public void A_new_leader_leaves_an_inherited_joint_state_after_an_entry_of_its_own_term_C7()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 1, Mail.Change(3, 1, Joint(autoLeave: true)));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        Assert.True(lone.Status.Configuration.Configuration.IsJoint);
        lone.AcknowledgeAll();
        Assert.Equal(3UL, lone.Status.Configuration.Index);
        Assert.False(lone.Status.Configuration.Configuration.IsJoint);
        lone.AcknowledgeAll();
        // It is left once.
        Assert.Equal(3UL, lone.Status.LastIndex);
    }

    [Fact]
    public void A_restart_inside_the_joint_state_leaves_it_once_C7()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.AddBlank(4);
        cluster.ProposeChange(1, MembershipChange.AddVoter(Cluster.MemberOf(4)));
        cluster.DropAll();
        foreach (var id in (ulong[])[1, 2, 3, 4])
        {
            cluster.Crash(id);
            cluster.Restart(id);
        }

        cluster.Run(TimeSpan.FromSeconds(10));
        var leader = cluster.Leader();
        Assert.NotNull(leader);
        Assert.False(leader.Status.Configuration.Configuration.IsJoint);
        var changes = leader.Log.Memory.Entries.Count(entry => entry.Kind == EntryKind.Configuration);
        Assert.True(changes is 0 or 2, $"{changes} configuration entries");
    }

    [Fact]
    public void An_explicit_joint_state_stays_until_an_empty_change_leaves_it()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        var change = new MembershipChange(
            [new MemberChange(MemberChangeKind.AddVoter, Cluster.MemberOf(4))], MembershipTransition.JointExplicit);
        Assert.Equal(ProposeStatus.Accepted, lone.Core.ProposeChange(change));
        lone.AcknowledgeAll();
        Assert.True(lone.Status.Configuration.Configuration.IsJoint);
        Assert.Equal(ProposeStatus.ChangeInProgress, Change(lone, MemberChangeKind.AddLearner, 5));
        Assert.Equal(ProposeStatus.Accepted, lone.Core.ProposeChange(new MembershipChange([])));
        Assert.False(lone.Status.Configuration.Configuration.IsJoint);
    }

    [Fact]
    public void Leaving_what_is_not_joint_is_refused()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Assert.Equal(ProposeStatus.InvalidChange, lone.Core.ProposeChange(new MembershipChange([])));
        Assert.Equal(1UL, lone.Status.LastIndex);
    }

    [Fact]
    public void Removing_or_demoting_all_voters_is_refused_C11()
    {
        foreach (var kind in (MemberChangeKind[])[MemberChangeKind.Remove, MemberChangeKind.AddLearner])
        {
            var lone = new Lone();
            lone.BecomeReadyLeader();
            var all = ((ulong[])[1, 2, 3]).Select(id => new MemberChange(kind, Cluster.MemberOf(id)));
            Assert.Equal(ProposeStatus.InvalidChange, lone.Core.ProposeChange(new MembershipChange(all)));
            Assert.Equal(1UL, lone.Status.LastIndex);
        }
    }

    [Fact]
    public void A_change_that_changes_nothing_is_refused()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Assert.Equal(ProposeStatus.InvalidChange, Change(lone, MemberChangeKind.AddVoter, 2));
        Assert.Equal(ProposeStatus.InvalidChange, Change(lone, MemberChangeKind.Remove, 9));
    }

    [Fact]
    public void A_learner_that_lags_is_not_promoted_C8()
    {
        var lone = new Lone(configure: options => options with { CatchUpEntriesMax = 2 });
        lone.BecomeReadyLeader();
        Change(lone, MemberChangeKind.AddLearner, 4);
        lone.Settle();
        lone.Deliver(Mail.Accepted(2, 1, index: 2, lone.Now));
        Assert.Equal(ProposeStatus.LearnerNotReady, Change(lone, MemberChangeKind.AddVoter, 4));
        lone.Deliver(Mail.Accepted(4, 1, index: 2, lone.Now));
        lone.Propose();
        lone.Propose();
        lone.Propose();
        Assert.Equal(ProposeStatus.LearnerNotReady, Change(lone, MemberChangeKind.AddVoter, 4));
        lone.Settle();
        lone.Deliver(Mail.Accepted(4, 1, index: 3, lone.Now));
        Assert.Equal(ProposeStatus.Accepted, Change(lone, MemberChangeKind.AddVoter, 4));
        var configuration = lone.Status.Configuration.Configuration;
        Assert.False(configuration.IsLearner(new ReplicaId(4)));
        Assert.True(configuration.IsIncomingVoter(new ReplicaId(4)));
    }

    [Fact]
    public void Learners_never_count_3_10()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Change(lone, MemberChangeKind.AddLearner, 4);
        lone.AcknowledgeAll();
        lone.Propose();
        lone.Settle();
        lone.Deliver(Mail.Accepted(4, 1, index: 3, lone.Now));
        Assert.Equal(2UL, lone.Core.CommitIndex);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        lone.Deliver(Mail.Heard(4, 1, round: 1, lone.Now));
        Assert.Empty(lone.Reads);
    }

    [Fact]
    public void A_promotion_survives_an_unrelated_change_on_every_replica_C9()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.AddBlank(4);
        cluster.ProposeChange(1, MembershipChange.AddLearner(Cluster.MemberOf(4)));
        cluster.Stabilize();
        Assert.Equal(
            ProposeStatus.Accepted, cluster.ProposeChange(1, MembershipChange.AddVoter(Cluster.MemberOf(4))));
        cluster.Stabilize();
        cluster.ProposeChange(1, MembershipChange.Update(Cluster.MemberOf(2, priority: 9)));
        cluster.Stabilize();
        foreach (var replica in cluster.Replicas)
        {
            Assert.True(replica.Status.Configuration.Configuration.IsIncomingVoter(new ReplicaId(4)));
        }
    }

    [Fact]
    public void A_new_member_is_probed_from_the_leaders_end_and_not_from_zero_C13()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        for (var i = 0; i < 20; i++)
        {
            lone.Propose();
        }

        lone.AcknowledgeAll();
        Change(lone, MemberChangeKind.AddLearner, 4);
        lone.Settle();
        Assert.Equal(21UL, lone.All(MessageKind.Append).First(message => message.To.Value == 4).Index);
        Assert.Empty(lone.All(MessageKind.Snapshot));
    }

    [Fact]
    public void A_truncated_change_is_rolled_back_to_the_one_before_it_C4_R09()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 1, Mail.Command(3, 1), Mail.Change(3, 2, Joint(autoLeave: true)));
        Assert.True(lone.Status.Configuration.Configuration.IsJoint);
        lone.Deliver(Mail.Append(3, 4, new LogId(3, 1), 1, Mail.Command(4, 2)));
        Assert.Equal(0UL, lone.Status.Configuration.Index);
        Assert.Equal("voters=(1 2 3)", lone.Status.Configuration.Configuration.ToString());
        var change = lone.Events.FindLast(happened => happened.Kind == RaftEventKind.ConfigurationChanged);
        Assert.Equal(0UL, change.Index);
    }

    [Fact]
    public void A_committed_change_is_kept_by_a_new_leader_C5()
    {
        var lone = new Lone();
        var configuration = Cluster.ConfigurationOf([1, 2, 3, 4]);
        lone.Follow(2, 3, commit: 1, Mail.Change(3, 1, configuration));
        lone.Pass(lone.T * 2);
        lone.BecomeReadyLeader();
        Assert.Equal(1UL, lone.Status.Configuration.Index);
        Assert.True(lone.Status.Configuration.Configuration.SameAs(configuration));
    }

    [Fact]
    public void The_newest_configuration_in_the_log_decides_an_election_applied_or_not_C2()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Change(3, 1, Joint(autoLeave: true)));
        lone.Pass(lone.T * 2);
        lone.BecomePreCandidate();
        Assert.Equal([2UL, 3UL, 4UL, 5UL], lone.All(MessageKind.PreVote).Select(message => message.To.Value));
        // 2 and 3 win the old half (1 2 3); the new one is (1 4 5).
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 2, 4));
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 3, 4));
        Assert.Equal(Role.PreCandidate, lone.Core.Role);
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 4, 4));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 4, 4));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 2, 4));
        Assert.Equal(Role.Leader, lone.Core.Role);
    }

    [Fact]
    public void Commit_reads_and_check_quorum_count_both_halves_O1_O2()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Change(3, 1, Joint(autoLeave: false)));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        lone.Deliver(Mail.Accepted(4, 4, index: 2, lone.Now));
        lone.Deliver(Mail.Accepted(5, 4, index: 2, lone.Now));
        Assert.Equal(0UL, lone.Core.CommitIndex);
        lone.Deliver(Mail.Accepted(2, 4, index: 2, lone.Now));
        Assert.Equal(2UL, lone.Core.CommitIndex);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        lone.Deliver(Mail.Heard(2, 4, round: 1, lone.Now));
        Assert.Empty(lone.Reads);
        lone.Deliver(Mail.Heard(4, 4, round: 1, lone.Now));
        Assert.Single(lone.Reads);
        for (var i = 0; i < 20 && lone.Core.Role == Role.Leader; i++)
        {
            lone.Tick(lone.T / 10);
            lone.Deliver(Mail.Heard(4, 4, 0, lone.Now));
            lone.Deliver(Mail.Heard(5, 4, 0, lone.Now));
        }

        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void Promote_and_demote_in_one_change_is_atomic()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.AddBlank(4);
        cluster.ProposeChange(1, MembershipChange.AddLearner(Cluster.MemberOf(4)));
        cluster.Stabilize();
        var swap = new MembershipChange(
            [new MemberChange(MemberChangeKind.AddVoter, Cluster.MemberOf(4)),
             new MemberChange(MemberChangeKind.AddLearner, Cluster.MemberOf(3))]);
        Assert.Equal(ProposeStatus.Accepted, cluster.ProposeChange(1, swap));
        cluster.Stabilize();
        foreach (var replica in cluster.Replicas)
        {
            Assert.Equal("voters=(1 2 4) learners=(3)", replica.Status.Configuration.Configuration.ToString());
        }
    }

    [Fact]
    public void Proposals_go_on_while_members_change()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Change(lone, MemberChangeKind.AddVoter, 4);
        Assert.Equal(ProposeStatus.Accepted, lone.Propose());
    }

    private static ProposeStatus Change(Lone lone, MemberChangeKind kind, ulong member) =>
        lone.Core.ProposeChange(new MembershipChange([new MemberChange(kind, Cluster.MemberOf(member))]));

    /// <summary>From (1 2 3) to (1 4 5).</summary>
    private static Configuration Joint(bool autoLeave) => new(
        [new(1), new(4), new(5)],
        [new(1), new(2), new(3)],
        [],
        [],
        autoLeave,
        [.. Enumerable.Range(1, 5).Select(id => Cluster.MemberOf((ulong)id))],
        recoveryGeneration: 0);
}
