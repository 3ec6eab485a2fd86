using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;
using Sampan.Raft.Tests.Paper;

namespace Sampan.Raft.Tests.Scenarios;

/// <summary>
/// Purpose: mistakes that other systems made when members changed are not made here (docs/scenarios.md).
/// </summary>
public sealed class MemberScenarioTests
{
    /// <summary>Only 2 has the change when its leader is gone for good.</summary>
    [Fact]
    public void A_change_that_reached_one_follower_is_finished_by_the_next_leader_C3()
    {
        var cluster = WithLearner();
        cluster.Cut(1, 3);
        cluster.Cut(1, 4);
        cluster.ProposeChange(1, MembershipChange.AddVoter(Cluster.MemberOf(4)));
        cluster.DeliverOnce();
        Assert.True(cluster[2].Status.Configuration.Configuration.IsJoint);
        Assert.False(cluster[3].Status.Configuration.Configuration.IsJoint);
        cluster.Crash(1);
        cluster.DropAll();
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(2UL, cluster.Leader()?.Id.Value);
        foreach (var replica in cluster.Replicas.Where(replica => replica.IsUp))
        {
            Assert.Equal("voters=(1 2 3 4)", replica.Status.Configuration.Configuration.ToString());
        }
    }

    [Fact]
    public void A_truncated_change_is_not_there_after_a_restart_either_R09()
    {
        var lone = new Lone();
        var joint = Joint([new(1), new(4), new(5)]);
        lone.Follow(2, 3, 1, Mail.Command(3, 1), Mail.Command(3, 2), Mail.Change(3, 3, joint));
        Assert.True(lone.Status.Configuration.Configuration.IsJoint);
        lone.Deliver(Mail.Append(3, 4, new LogId(3, 1), 1, Mail.Command(4, 2)));
        lone.Restart();
        Assert.Equal((0UL, 2UL), (lone.Status.Configuration.Index, lone.Status.LastIndex));
        Assert.Equal("voters=(1 2 3)", lone.Status.Configuration.Configuration.ToString());
        lone.Pass(lone.T * 2);
        lone.BecomePreCandidate();
        Assert.Equal([2UL, 3UL], lone.All(MessageKind.PreVote).Select(message => message.To.Value));
    }

    /// <summary>1 is all of the new half; the old one has not let go of the group yet.</summary>
    [Fact]
    public void The_only_voter_of_a_new_half_decides_nothing_alone_O4_O20()
    {
        var lone = new Lone();
        lone.Follow(2, 3, 0, Mail.Command(3, 1), Mail.Change(3, 2, Joint([new(1)])));
        lone.Restart();
        Assert.Equal(0UL, lone.Core.CommitIndex);
        for (var round = 0; round < 20; round++)
        {
            lone.TickAtDeadline();
            lone.Settle();
            Assert.True(lone.Core.Role is Role.Follower or Role.PreCandidate);
        }

        Assert.All(lone.Applies, apply => Assert.True(apply.Committed.IsEmpty));
        lone.Deliver(Mail.Heartbeat(2, 3));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        Assert.Equal(0UL, lone.Core.CommitIndex);
        lone.Deliver(Mail.Accepted(2, 4, index: 3, lone.Now));
        Assert.Equal(3UL, lone.Core.CommitIndex);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        Assert.Empty(lone.Reads);
        lone.Deliver(Mail.Heard(2, 4, round: 1, lone.Now));
        Assert.Single(lone.Reads);
    }

    [Fact]
    public void A_change_of_voters_leaves_learners_what_they_are_O6()
    {
        var cluster = WithLearner();
        cluster.AddBlank(5);
        cluster.ProposeChange(1, MembershipChange.AddVoter(Cluster.MemberOf(5)));
        cluster.Stabilize();
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(3)));
        cluster.Stabilize();
        Assert.Equal("voters=(1 2 5) learners=(4)", cluster[1].Status.Configuration.Configuration.ToString());
        cluster.Propose(1, "a");
        cluster.Stabilize();
        Assert.Contains("a", cluster[4].AppliedCommands);
    }

    [Fact]
    public void Every_configuration_is_told_a_joint_one_a_plain_one_and_one_of_learners_O8()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Events.Clear();
        lone.Core.ProposeChange(MembershipChange.AddLearner(Cluster.MemberOf(9)));
        lone.AcknowledgeAll();
        lone.Core.ProposeChange(MembershipChange.AddVoter(Cluster.MemberOf(4)));
        lone.AcknowledgeAll();
        lone.AcknowledgeAll();
        Assert.False(lone.Status.Configuration.Configuration.IsJoint);
        var told = lone.Events.FindAll(happened => happened.Kind == RaftEventKind.ConfigurationChanged);
        Assert.Equal([2UL, 3UL, 4UL], told.ConvertAll(happened => happened.Index));
    }

    [Fact]
    public void A_learner_that_was_down_when_its_leader_began_catches_up_R36()
    {
        var cluster = WithLearner();
        cluster.Crash(4);
        cluster.Transfer(1, 2);
        cluster.Stabilize();
        Assert.Equal(2UL, cluster.Leader()?.Id.Value);
        cluster.Propose(2, "while it was away");
        cluster.Run(TimeSpan.FromSeconds(30));
        cluster.Restart(4);
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Contains("while it was away", cluster[4].AppliedCommands);
    }

    /// <summary>Voters 1, 2, 3, of which 1 leads, and learner 4.</summary>
    private static Cluster WithLearner()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.AddBlank(4);
        cluster.ProposeChange(1, MembershipChange.AddLearner(Cluster.MemberOf(4)));
        cluster.Stabilize();
        return cluster;
    }

    /// <summary>From (1 2 3) to these, to be left when somebody says so.</summary>
    private static Configuration Joint(ReplicaId[] incoming) => new(
        [.. incoming],
        [new(1), new(2), new(3)],
        [],
        [],
        autoLeave: false,
        [.. incoming.Select(id => id.Value).Union([1UL, 2UL, 3UL]).Order().Select(id => Cluster.MemberOf(id))],
        recoveryGeneration: 0);
}
