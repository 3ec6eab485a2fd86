using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Dissertation, 6.4: reads that do not go through the log.</summary>
public sealed class ReadTests
{
    [Fact]
    public void No_read_is_answered_before_an_entry_of_this_term_is_committed_D1_6_4()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 1, Mail.Command(3, 1));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        Assert.Equal(ReadStatus.Accepted, lone.Core.ReadIndex(lone.Now, out _));
        lone.Settle();
        Assert.Empty(lone.All(MessageKind.Heartbeat));
        lone.Deliver(Mail.Accepted(2, 4, index: 2, lone.Now));
        Assert.Equal(2, lone.All(MessageKind.Heartbeat).Count);
        lone.Deliver(Mail.Heard(2, 4, round: 1, lone.Now));
        Assert.Equal((ReadOutcome.Confirmed, 2UL), (lone.Reads.Single().Outcome, lone.Reads.Single().Index));
    }

    [Fact]
    public void A_read_needs_a_round_that_a_quorum_answers_6_4()
    {
        var lone = new Lone(voters: 5);
        lone.BecomeReadyLeader();
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        lone.Deliver(Mail.Heard(2, 1, round: 1, lone.Now));
        lone.Deliver(Mail.Heard(2, 1, round: 1, lone.Now));
        Assert.Empty(lone.Reads);
        lone.Deliver(Mail.Heard(3, 1, round: 1, lone.Now));
        Assert.Single(lone.Reads);
    }

    [Fact]
    public void A_request_joins_only_a_round_that_was_not_sent_yet_D2()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Core.ReadIndex(lone.Now, out var first);
        lone.Settle();
        lone.Core.ReadIndex(lone.Now, out var second);
        lone.Deliver(Mail.Heard(2, 1, round: 1, lone.Now));
        Assert.Equal(first, lone.Reads.Single().Ticket);
        Assert.All(lone.All(MessageKind.Heartbeat), message => Assert.Equal(2UL, message.Round));
        lone.Deliver(Mail.Heard(3, 1, round: 2, lone.Now));
        Assert.Equal([first, second], lone.Reads.Select(read => read.Ticket));
    }

    [Fact]
    public void Reads_of_one_round_share_it()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        for (var i = 0; i < 10; i++)
        {
            lone.Core.ReadIndex(lone.Now, out _);
        }

        lone.Settle();
        Assert.Equal(2, lone.All(MessageKind.Heartbeat).Count);
        lone.Deliver(Mail.Heard(2, 1, round: 1, lone.Now));
        Assert.Equal(10, lone.Reads.Count());
    }

    [Fact]
    public void An_answer_of_an_earlier_term_confirms_nothing_D2()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Deliver(Mail.Heartbeat(2, 5));
        lone.Pass(lone.T * 2);
        lone.BecomeReadyLeader();
        Assert.Equal(6UL, lone.Core.Term);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        lone.Deliver(Mail.Heard(2, 1, round: 1, lone.Now));
        lone.Deliver(Mail.Heard(3, 5, round: 1, lone.Now));
        Assert.Empty(lone.Reads);
        lone.Deliver(Mail.Heard(3, 6, round: 1, lone.Now));
        Assert.Single(lone.Reads);
    }

    [Fact]
    public void A_ticket_is_never_given_twice_D2()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        var tickets = new HashSet<ReadTicket>();
        for (var i = 0; i < 20; i++)
        {
            lone.Core.ReadIndex(lone.Now, out var ticket);
            Assert.True(tickets.Add(ticket));
            lone.Settle();
        }
    }

    [Fact]
    public void A_deposed_leader_answers_its_reads_with_an_error_D6()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Step(Mail.Read(MessageKind.ReadIndex, 3, 1, counter: 7, new BootId(5)));
        lone.Deliver(Mail.Heartbeat(2, 5));
        Assert.All(lone.Reads, read => Assert.Equal(ReadOutcome.LeaderLost, read.Outcome));
        Assert.Equal(2, lone.Reads.Count());
        var answer = lone.Only(MessageKind.ReadIndexResponse);
        Assert.True(answer.Reject);
        Assert.Equal((7UL, new BootId(5)), (answer.Round, answer.Boot));
    }

    [Fact]
    public void Reads_that_wait_are_bounded_D6()
    {
        var lone = new Lone(configure: options => options with { PendingReadsMax = 2 });
        lone.BecomeReadyLeader();
        Assert.Equal(ReadStatus.Accepted, lone.Core.ReadIndex(lone.Now, out _));
        Assert.Equal(ReadStatus.Accepted, lone.Core.ReadIndex(lone.Now, out _));
        Assert.Equal(ReadStatus.Busy, lone.Core.ReadIndex(lone.Now, out _));
        Assert.True(lone.Deliver(Mail.Read(MessageKind.ReadIndex, 3, 1, 7, new BootId(5)))
            .Single(message => message.Kind == MessageKind.ReadIndexResponse).Reject);
    }

    [Fact]
    public void A_stream_of_reads_does_not_keep_a_leader_from_looking_at_its_clock()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        for (var i = 0; i < 40; i++)
        {
            lone.Pass(lone.T / 20);
            if (lone.Core.NextDeadline <= lone.Now)
            {
                lone.Core.Tick(lone.Now);
            }

            lone.Core.ReadIndex(lone.Now, out _);
            lone.Settle();
        }

        Assert.NotEqual(Role.Leader, lone.Core.Role);
    }

    [Fact]
    public void Without_a_leader_there_is_nobody_to_ask()
    {
        var lone = new Lone();
        Assert.Equal(ReadStatus.NoLeader, lone.Core.ReadIndex(lone.Now, out _));
    }

    [Fact]
    public void A_one_voter_group_answers_after_its_own_entry_is_durable()
    {
        var lone = new Lone(voters: 1);
        lone.Tick(TimeSpan.Zero);
        lone.Take();
        lone.Write();
        lone.Report();
        Assert.Equal(Role.Leader, lone.Core.Role);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Take();
        Assert.Empty(lone.Reads);
        lone.Write();
        lone.Report();
        lone.Take();
        Assert.Equal(1UL, lone.Reads.Single().Index);
    }

    [Fact]
    public void A_follower_forwards_a_read_and_takes_only_an_answer_to_its_own_life_D2()
    {
        var lone = new Lone();
        lone.Follow(2, 3);
        lone.Core.ReadIndex(lone.Now, out var ticket);
        lone.Settle();
        var request = lone.Only(MessageKind.ReadIndex);
        Assert.Equal((2UL, new BootId(99)), (request.To.Value, request.Boot));
        lone.Deliver(Mail.Read(MessageKind.ReadIndexResponse, 2, 3, request.Round, new BootId(98), index: 5));
        Assert.Empty(lone.Reads);
        lone.Deliver(Mail.Read(MessageKind.ReadIndexResponse, 2, 3, request.Round, request.Boot, index: 5));
        Assert.Equal(new ReadState(ticket, ReadOutcome.Confirmed, 5), lone.Reads.Single());
        lone.Deliver(Mail.Read(MessageKind.ReadIndexResponse, 2, 3, request.Round, request.Boot, index: 5));
        Assert.Single(lone.Reads);
    }

    [Fact]
    public void A_forwarded_read_that_is_not_answered_ends_after_T_D6()
    {
        var lone = new Lone();
        lone.Follow(2, 3);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Settle();
        for (var i = 0; i < 10; i++)
        {
            lone.Tick(lone.T / 10);
            lone.Deliver(Mail.Heartbeat(2, 3));
        }

        Assert.Equal(ReadOutcome.TimedOut, lone.Reads.Single().Outcome);
    }

    [Fact]
    public void A_forwarded_read_fails_with_its_leader_D6()
    {
        var lone = new Lone();
        lone.Follow(2, 3);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Deliver(Mail.Heartbeat(3, 4));
        Assert.Equal(ReadOutcome.LeaderLost, lone.Reads.Single().Outcome);
    }

    [Fact]
    public void A_refused_read_ends_with_an_error_D6()
    {
        var lone = new Lone();
        lone.Follow(2, 3);
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Deliver(Mail.Read(MessageKind.ReadIndexResponse, 2, 3, 1, new BootId(99), reject: true));
        Assert.Equal(ReadOutcome.LeaderLost, lone.Reads.Single().Outcome);
    }

    [Fact]
    public void A_learner_reads_through_its_leader_too()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.AddBlank(4);
        cluster.ProposeChange(1, MembershipChange.AddLearner(Cluster.MemberOf(4)));
        cluster.Propose(1, "a");
        cluster.Stabilize();
        Assert.Equal(ReadStatus.Accepted, cluster.ReadIndex(4, out _));
        cluster.Stabilize();
        var read = Assert.Single(cluster[4].Reads);
        Assert.Equal((ReadOutcome.Confirmed, 3UL), (read.Outcome, read.Index));
    }

    [Fact]
    public void A_leader_refuses_the_read_of_a_stranger()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Assert.True(Assert.Single(lone.Deliver(Mail.Read(MessageKind.ReadIndex, 9, 1, 7, new BootId(5)))).Reject);
    }

    [Fact]
    public void A_value_that_was_answered_is_read_after_a_restart_in_spite_of_a_stale_stored_commit_B15()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "answered");
        cluster.Stabilize();
        foreach (var id in (ulong[])[1, 2, 3])
        {
            cluster.Crash(id);
        }

        cluster.Restart(2);
        cluster.Restart(3);
        cluster.Run(TimeSpan.FromSeconds(5));
        var leader = cluster.Leader();
        Assert.NotNull(leader);
        cluster.ReadIndex(leader.Id.Value, out _);
        cluster.Stabilize();
        Assert.True(Assert.Single(leader.Reads).Index >= 2);
        Assert.Contains("answered", leader.AppliedCommands);
    }
}
