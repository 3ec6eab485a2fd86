using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Dissertation, 3.10: leadership is handed over, to whom and for how long at most.</summary>
public sealed class TransferTests
{
    private static readonly ReplicaId _target = new(2);

    [Fact]
    public void TimeoutNow_goes_only_to_a_target_that_holds_the_whole_log_3_10()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Settle();
        Assert.Equal(TransferStatus.Started, lone.Core.Transfer(_target, lone.Now));
        lone.Settle();
        Assert.Empty(lone.All(MessageKind.TimeoutNow));
        lone.Deliver(Mail.Accepted(2, 1, index: 2, lone.Now));
        Assert.Equal(_target, lone.Only(MessageKind.TimeoutNow).To);
    }

    [Fact]
    public void An_up_to_date_target_is_told_at_once()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Core.Transfer(_target, lone.Now);
        lone.Take();
        Assert.Equal(_target, lone.Only(MessageKind.TimeoutNow).To);
    }

    [Fact]
    public void Proposals_are_refused_while_a_transfer_is_under_way_and_for_T_at_most()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Core.Transfer(_target, lone.Now);
        Assert.Equal(ProposeStatus.Transferring, lone.Propose());
        Assert.Equal(
            ProposeStatus.Transferring,
            lone.Core.ProposeChange(MembershipChange.AddLearner(Cluster.MemberOf(9))));
        lone.Pass(lone.T - TimeSpan.FromTicks(1));
        lone.AcknowledgeAll();
        lone.Core.Tick(lone.Now);
        Assert.Equal(ProposeStatus.Transferring, lone.Propose());
        lone.Tick(TimeSpan.FromTicks(1));
        Assert.Equal(ProposeStatus.Accepted, lone.Propose());
        lone.Settle();
        Assert.Contains(lone.Events, happened => happened.Kind == RaftEventKind.TransferAborted);
    }

    [Fact]
    public void TimeoutNow_is_sent_again_if_it_was_lost()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Core.Transfer(_target, lone.Now);
        lone.Settle();
        lone.Sent.Clear();
        lone.TickAtDeadline();
        lone.Settle();
        Assert.Single(lone.All(MessageKind.TimeoutNow));
    }

    [Fact]
    public void TimeoutNow_is_sent_again_under_a_constant_stream_of_reads_too()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Core.Transfer(_target, lone.Now);
        lone.Settle();
        lone.Sent.Clear();
        for (var i = 0; i < 10; i++)
        {
            lone.Tick(lone.T / 20);
            lone.Core.ReadIndex(lone.Now, out _);
            lone.Step(Mail.Heard(2, 1, 0, lone.Now));
            lone.Settle();
        }

        Assert.NotEmpty(lone.All(MessageKind.TimeoutNow));
    }

    [Fact]
    public void A_transfer_that_fails_ends_at_its_deadline_not_at_the_heartbeat_after_it()
    {
        var lone = new Lone(configure: options => options with { HeartbeatInterval = TimeSpan.FromMilliseconds(400) });
        lone.BecomeReadyLeader();
        var end = lone.Now.After(lone.T);
        lone.Core.Transfer(_target, lone.Now);
        while (lone.Status.TransferTarget != ReplicaId.None)
        {
            lone.AcknowledgeAll();
            lone.TickAtDeadline();
        }

        Assert.Equal(end, lone.Now);
        Assert.Equal(Role.Leader, lone.Core.Role);
    }

    [Fact]
    public void A_transfer_is_answered_by_a_status_where_it_cannot_begin()
    {
        var lone = new Lone(state: ReplicaState.Bootstrap(Configuration.Of(
            [Cluster.MemberOf(1), Cluster.MemberOf(2), Cluster.MemberOf(3, priority: 0)], [Cluster.MemberOf(4)])));
        Assert.Equal(TransferStatus.NotLeader, lone.Core.Transfer(_target, lone.Now));
        lone.BecomeReadyLeader();
        Assert.Equal(TransferStatus.AlreadyLeader, lone.Core.Transfer(new ReplicaId(1), lone.Now));
        Assert.Equal(TransferStatus.BadTarget, lone.Core.Transfer(new ReplicaId(3), lone.Now));
        Assert.Equal(TransferStatus.BadTarget, lone.Core.Transfer(new ReplicaId(4), lone.Now));
        Assert.Equal(TransferStatus.BadTarget, lone.Core.Transfer(new ReplicaId(9), lone.Now));
        Assert.Equal(ProposeStatus.Accepted, lone.Propose());
        Assert.Equal(TransferStatus.Started, lone.Core.Transfer(_target, lone.Now));
        Assert.Equal(TransferStatus.Started, lone.Core.Transfer(_target, lone.Now));
        Assert.Equal(TransferStatus.Transferring, lone.Core.Transfer(new ReplicaId(3), lone.Now));
    }

    [Fact]
    public void Without_a_named_target_the_longest_log_is_chosen()
    {
        var lone = new Lone(voters: 5);
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Settle();
        lone.Deliver(Mail.Accepted(4, 1, index: 2, lone.Now));
        Assert.Equal(TransferStatus.Started, lone.Core.Transfer(ReplicaId.None, lone.Now));
        Assert.Equal(new ReplicaId(4), lone.Status.TransferTarget);
    }

    [Fact]
    public void The_target_campaigns_at_once_in_spite_of_its_contact_3_10()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1));
        lone.Deliver(Mail.Plain(MessageKind.TimeoutNow, 2, 3));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        Assert.Equal(4UL, lone.Core.Term);
        Assert.All(lone.All(MessageKind.Vote), message => Assert.True(message.IsTransfer));
        Assert.Empty(lone.All(MessageKind.PreVote));
    }

    [Fact]
    public void After_its_one_exempt_campaign_the_target_pre_votes_like_everybody()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1));
        lone.Deliver(Mail.Plain(MessageKind.TimeoutNow, 2, 3));
        lone.TickAtDeadline();
        lone.Settle();
        lone.Sent.Clear();
        lone.TickAtDeadline();
        lone.Settle();
        Assert.Equal(Role.PreCandidate, lone.Core.Role);
        Assert.Empty(lone.All(MessageKind.Vote));
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 2, 5));
        Assert.All(lone.All(MessageKind.Vote), message => Assert.False(message.IsTransfer));
    }

    [Fact]
    public void TimeoutNow_of_an_older_term_starts_nothing()
    {
        var lone = new Lone();
        lone.Follow(2, 3);
        lone.Deliver(Mail.Plain(MessageKind.TimeoutNow, 3, 2));
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void Leadership_moves_and_nothing_committed_is_lost()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Transfer(1, 2);
        cluster.Stabilize();
        Assert.Equal(2UL, cluster.Leader()?.Id.Value);
        cluster.Propose(2, "b");
        cluster.Stabilize();
        Assert.All(cluster.Replicas, replica => Assert.Equal(["a", "b"], replica.AppliedCommands));
    }

    [Fact]
    public void A_lost_TimeoutNow_delays_a_transfer_by_a_heartbeat_only()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Transfer(1, 3);
        cluster.DropAll(1, 3);
        cluster.Run(TimeSpan.FromMilliseconds(150));
        Assert.Equal(3UL, cluster.Leader()?.Id.Value);
    }

    [Fact]
    public void A_target_that_is_away_costs_T_and_the_leader_stays()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        Assert.Equal(TransferStatus.Started, cluster.Transfer(1, 3));
        cluster.Run(TimeSpan.FromMilliseconds(1001));
        Assert.Equal(1UL, cluster.Leader()?.Id.Value);
        Assert.Equal(ProposeStatus.Accepted, cluster.Propose(1, "a"));
    }
}
