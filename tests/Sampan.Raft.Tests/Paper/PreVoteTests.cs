using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Dissertation, 9.6, and what consensus.md decides on top of it: pre-vote, stickiness, silence.</summary>
public sealed class PreVoteTests
{
    private static readonly LogId _end = new(3, 1);

    [Fact]
    public void A_pre_vote_changes_nothing_at_its_receiver_9_6()
    {
        var lone = QuietFollower();
        var (state, due) = (lone.Status.HardState, lone.Core.NextDeadline);
        var answer = Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, _end)));
        Assert.False(answer.Reject);
        Assert.Equal(9UL, answer.Term);
        Assert.Equal(state, lone.Status.HardState);
        Assert.Equal(due, lone.Core.NextDeadline);
        Assert.False(Assert.Single(lone.Deliver(Mail.PreVote(2, term: 9, _end))).Reject);
    }

    [Fact]
    public void A_pre_vote_does_not_reset_a_vote_that_was_given_A7()
    {
        var lone = QuietFollower();
        lone.Deliver(Mail.Vote(2, term: 4, _end));
        lone.Deliver(Mail.PreVote(3, term: 5, _end));
        Assert.Equal(new ReplicaId(2), lone.Status.HardState.Vote);
        Assert.True(Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, _end))).Reject);
    }

    [Fact]
    public void A_granted_pre_vote_is_never_counted_as_a_vote_A7()
    {
        var lone = new Lone();
        lone.BecomeCandidate();
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 2, lone.Core.Term));
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 3, lone.Core.Term + 1));
        Assert.Equal(Role.Candidate, lone.Core.Role);
    }

    [Fact]
    public void A_campaign_begins_only_when_a_quorum_would_vote_9_6()
    {
        var lone = new Lone(voters: 5);
        lone.BecomePreCandidate();
        Assert.Equal(0UL, lone.Core.Term);
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 2, 1));
        Assert.Equal(Role.PreCandidate, lone.Core.Role);
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 3, 1));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        Assert.Equal(1UL, lone.Core.Term);
    }

    [Fact]
    public void A_pre_candidate_that_is_refused_by_a_quorum_stays_in_its_term()
    {
        var lone = QuietFollower();
        lone.BecomePreCandidate();
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 2, 3, reject: true));
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 3, 3, reject: true));
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.Equal(3UL, lone.Core.Term);
    }

    [Fact]
    public void A_log_that_is_not_up_to_date_gets_no_pre_vote_3_6_1()
    {
        var lone = QuietFollower();
        Assert.True(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, new LogId(2, 7)))).Reject);
        Assert.True(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, new LogId(3, 0)))).Reject);
        Assert.False(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, new LogId(3, 2)))).Reject);
        Assert.False(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, new LogId(4, 1)))).Reject);
    }

    [Fact]
    public void A_stale_pre_vote_is_answered_with_the_own_term_A8()
    {
        var lone = QuietFollower();
        var answer = Assert.Single(lone.Deliver(Mail.PreVote(3, term: 2, new LogId(1, 50))));
        Assert.True(answer.Reject);
        Assert.Equal(3UL, answer.Term);
    }

    [Fact]
    public void A_pre_candidate_with_the_needed_log_catches_up_with_a_higher_term_A8()
    {
        var lone = QuietFollower();
        lone.BecomePreCandidate();
        lone.Deliver(Mail.Plain(MessageKind.PreVoteResponse, 2, 7, reject: true));
        Assert.Equal(7UL, lone.Core.Term);
        lone.Sent.Clear();
        lone.TickAtDeadline();
        lone.Settle();
        Assert.All(lone.All(MessageKind.PreVote), message => Assert.Equal(8UL, message.Term));
        Assert.Equal(2, lone.All(MessageKind.PreVote).Count);
    }

    [Fact]
    public void Unequal_terms_never_keep_the_only_possible_majority_apart_A8()
    {
        // 3 has a higher term and an old log; 1 has the log but a lower term; 2 is gone for good.
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Isolate(3);
        cluster.Propose(1, "needed");
        cluster.Stabilize();
        cluster.Crash(2);
        cluster.Run(TimeSpan.FromSeconds(5));
        cluster.Do(3, "raise term", (core, now) => core.Step(Raised(7), now));
        cluster.Heal();
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(1UL, cluster.Leader()?.Id.Value);
        Assert.Contains("needed", cluster[3].AppliedCommands);
    }

    [Fact]
    public void A_receiver_in_contact_with_a_leader_refuses_pre_votes_and_votes_in_its_own_term()
    {
        var lone = QuietFollower();
        lone.Deliver(Mail.Heartbeat(2, 3));
        lone.Pass(lone.T - TimeSpan.FromTicks(1));
        Assert.True(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, _end))).Reject);
        var answer = Assert.Single(lone.Deliver(Mail.Vote(3, term: 9, _end)));
        Assert.True(answer.Reject);
        Assert.Equal(3UL, answer.Term);
        Assert.Equal(3UL, lone.Core.Term);
        lone.Pass(TimeSpan.FromTicks(1));
        Assert.False(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, _end))).Reject);
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 9, _end))).Reject);
    }

    [Theory]
    [InlineData(MessageKind.Append)]
    [InlineData(MessageKind.Heartbeat)]
    [InlineData(MessageKind.Commit)]
    [InlineData(MessageKind.Snapshot)]
    public void Everything_that_a_leader_says_is_contact(MessageKind kind)
    {
        var lone = QuietFollower();
        lone.Deliver(kind switch
        {
            MessageKind.Append => Mail.Append(2, 3, LogId.Zero, 0),
            MessageKind.Heartbeat => Mail.Heartbeat(2, 3),
            MessageKind.Commit => Mail.Commit(2, 3, 0),
            _ => Mail.Snapshot(2, 3, LogId.Zero, lone.Status.Configuration),
        });
        Assert.True(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, _end))).Reject);
        Assert.True(lone.Core.NextDeadline >= lone.Now.After(lone.T));
    }

    [Fact]
    public void A_leader_is_in_contact_with_itself()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        Assert.True(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, new LogId(8, 50)))).Reject);
        Assert.True(Assert.Single(lone.Deliver(Mail.Vote(3, term: 9, new LogId(8, 50)))).Reject);
        Assert.Equal(Role.Leader, lone.Core.Role);
        Assert.Equal(1UL, lone.Core.Term);
    }

    [Fact]
    public void A_campaign_started_by_TimeoutNow_is_exempt_from_stickiness()
    {
        var lone = QuietFollower();
        lone.Deliver(Mail.Heartbeat(2, 3));
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, _end, isTransfer: true))).Reject);
        Assert.Equal(4UL, lone.Core.Term);
    }

    [Fact]
    public void A_replica_that_starts_with_a_term_is_silent_for_T()
    {
        var lone = Restarted();
        lone.Pass(lone.T - TimeSpan.FromTicks(1));
        Assert.True(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, _end))).Reject);
        Assert.True(Assert.Single(lone.Deliver(Mail.Vote(3, term: 9, _end))).Reject);
        Assert.Equal(3UL, lone.Core.Term);
        lone.Pass(TimeSpan.FromTicks(1));
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 9, _end))).Reject);
    }

    [Fact]
    public void Silence_lasts_as_long_as_the_larger_of_the_stored_and_the_new_T()
    {
        var lone = Restarted(options => options with { StoredElectionTimeout = TimeSpan.FromSeconds(4) });
        Assert.True(lone.Core.NextDeadline >= lone.Now.After(TimeSpan.FromSeconds(4)));
        lone.Pass(TimeSpan.FromSeconds(4) - TimeSpan.FromTicks(1));
        Assert.True(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, _end))).Reject);
        lone.Pass(TimeSpan.FromTicks(1));
        Assert.False(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 9, _end))).Reject);
    }

    [Fact]
    public void A_silent_replica_does_not_campaign_either()
    {
        var lone = Restarted();
        Assert.True(lone.Core.NextDeadline >= lone.Now.After(lone.T));
        lone.Tick(lone.T - TimeSpan.FromTicks(1));
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void A_replica_of_a_new_group_is_not_silent_and_waits_only_for_the_spread()
    {
        var lone = new Lone();
        Assert.True(lone.Core.NextDeadline < lone.Now.After(lone.T / 4));
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 1, LogId.Zero))).Reject);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Silence_covers_TimeoutNow_while_leases_are_on(bool leases)
    {
        var lone = Restarted(options => options with { LeaseReads = leases });
        lone.Deliver(Mail.Heartbeat(2, 3));
        lone.Deliver(Mail.Plain(MessageKind.TimeoutNow, 2, 3));
        Assert.Equal(leases ? Role.Follower : Role.Candidate, lone.Core.Role);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Silence_covers_the_vote_that_TimeoutNow_leads_to_while_leases_are_on(bool leases)
    {
        var lone = Restarted(options => options with { LeaseReads = leases });
        var answer = Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, _end, isTransfer: true)));
        Assert.Equal(leases, answer.Reject);
        Assert.Equal(leases ? 3UL : 4UL, lone.Core.Term);
    }

    [Fact]
    public void A_one_voter_group_has_no_silence_and_campaigns_at_once()
    {
        var lone = new Lone(voters: 1);
        lone.Tick(TimeSpan.Zero);
        lone.Settle();
        Assert.Equal(Role.Leader, lone.Core.Role);
        lone.Restart();
        Assert.Equal(lone.Now, lone.Core.NextDeadline);
        lone.Tick(TimeSpan.Zero);
        lone.Settle();
        Assert.Equal(Role.Leader, lone.Core.Role);
        Assert.Equal(2UL, lone.Core.Term);
    }

    [Fact]
    public void A_node_that_came_back_with_a_higher_term_is_not_cut_off_A8()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Do(3, "raise term", (core, now) => core.Step(Raised(9), now));
        cluster.Run(TimeSpan.FromSeconds(5));
        var leader = cluster.Leader();
        Assert.NotNull(leader);
        Assert.True(leader.Status.HardState.Term > 9);
        cluster.Propose(leader.Id.Value, "a");
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.All(cluster.Replicas, replica => Assert.Contains("a", replica.AppliedCommands));
    }

    [Fact]
    public void A_replica_that_cannot_hear_the_leader_deposes_nobody_A15()
    {
        foreach (var cut in (ulong[])[1, 2])
        {
            var cluster = new Cluster(3);
            cluster.Elect(1);
            cluster.Cut(3, cut);
            cluster.Run(TimeSpan.FromSeconds(30));
            Assert.Equal(1UL, cluster.Leader()?.Id.Value);
            Assert.Equal(1UL, cluster[1].Status.HardState.Term);
        }
    }

    /// <summary>A refusal of a higher term, which every role adopts.</summary>
    private static Message Raised(ulong term) => new()
    {
        Kind = MessageKind.VoteResponse,
        Group = Mail.Group,
        From = new ReplicaId(2),
        To = new ReplicaId(3),
        Term = term,
        Reject = true,
    };

    /// <summary>A follower in term 3 with one entry whose leader fell quiet long ago.</summary>
    private static Lone QuietFollower()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1));
        lone.Pass(lone.T * 2);
        return lone;
    }

    private static Lone Restarted(Func<ReplicaOptions, ReplicaOptions>? with = null)
    {
        var lone = QuietFollower();
        lone.Restart(with: with);
        return lone;
    }
}
