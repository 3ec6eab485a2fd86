using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>
/// Dissertation, 3.4 and 3.6.1: votes, what must be durable before they leave, and who may not be elected.
/// </summary>
public sealed class ElectionTests
{
    private static readonly LogId _end = new(3, 1);

    [Fact]
    public void A_vote_is_durable_before_it_is_answered_3_8()
    {
        var lone = QuietFollower();
        lone.Step(Mail.Vote(3, term: 4, _end));
        var task = lone.Take();
        Assert.Empty(lone.Sent);
        Assert.Equal(new HardState(4, new ReplicaId(3), 0), task?.HardState);
        lone.Write();
        Assert.False(lone.Only(MessageKind.VoteResponse).Reject);
    }

    [Fact]
    public void Term_and_vote_are_one_atomic_record_A1()
    {
        var lone = QuietFollower();
        lone.Step(Mail.Vote(3, term: 4, _end));
        var task = lone.Take(new ReadyBudget(PersistBytes: 1, ApplyEntriesMax: 1, EndOfRound: true));
        Assert.Equal(4UL, task?.HardState?.Term);
        Assert.Equal(new ReplicaId(3), task?.HardState?.Vote);
        // Power is lost before the write: neither is known, and another may be voted for.
        lone.Restart();
        lone.Pass(lone.T);
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(2, term: 4, _end))).Reject);
    }

    [Fact]
    public void A_refusal_that_claims_a_new_term_waits_for_it_A2()
    {
        var lone = QuietFollower();
        lone.Step(Mail.Vote(3, term: 4, LogId.Zero));
        lone.Take();
        Assert.Empty(lone.Sent);
        lone.Write();
        var answer = lone.Only(MessageKind.VoteResponse);
        Assert.True(answer.Reject);
        Assert.Equal(4UL, answer.Term);
    }

    [Fact]
    public void A_candidate_asks_for_votes_only_when_its_own_is_durable_A3()
    {
        var lone = new Lone();
        lone.AskForVotes();
        lone.Sent.Clear();
        var task = lone.Take();
        Assert.Empty(lone.Sent);
        Assert.Equal(new HardState(1, new ReplicaId(1), 0), task?.HardState);
        lone.Write();
        Assert.Equal(2, lone.All(MessageKind.Vote).Count);
    }

    [Fact]
    public void A_candidates_own_vote_counts_only_when_it_is_durable_A3()
    {
        var lone = new Lone(voters: 1);
        lone.Tick(TimeSpan.Zero);
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Take();
        lone.Write();
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Report();
        Assert.Equal(Role.Leader, lone.Core.Role);
    }

    [Fact]
    public void Ballots_of_others_do_not_make_a_leader_that_could_forget_its_vote_A3()
    {
        var lone = new Lone();
        lone.AskForVotes();
        lone.Step(Mail.Plain(MessageKind.VoteResponse, 2, 1));
        lone.Step(Mail.Plain(MessageKind.VoteResponse, 3, 1));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Settle();
        Assert.Equal(Role.Leader, lone.Core.Role);
    }

    [Fact]
    public void A_late_report_of_an_earlier_write_does_not_make_a_vote_durable()
    {
        var lone = new Lone(voters: 1);
        lone.Tick(TimeSpan.Zero);
        lone.Take();
        lone.Core.Persisted(0, lone.Now);
        Assert.Equal(Role.Candidate, lone.Core.Role);
    }

    [Fact]
    public void Nobody_votes_twice_in_a_term_3_4()
    {
        var lone = QuietFollower();
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, _end))).Reject);
        Assert.True(Assert.Single(lone.Deliver(Mail.Vote(2, term: 4, _end))).Reject);
        lone.Restart();
        lone.Pass(lone.T * 2);
        Assert.True(Assert.Single(lone.Deliver(Mail.Vote(2, term: 4, _end))).Reject);
    }

    [Fact]
    public void The_same_candidate_may_ask_again_its_answer_was_lost_A10()
    {
        var lone = QuietFollower();
        lone.Deliver(Mail.Vote(3, term: 4, _end));
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, _end))).Reject);
        Assert.Equal(MessageKind.VoteResponse, lone.Sent[0].Kind);
    }

    [Fact]
    public void A_vote_is_not_erased_by_stepping_down_within_the_term_A4()
    {
        var lone = QuietFollower();
        lone.BecomeCandidate();
        lone.Deliver(Mail.Append(2, 4, LogId.Zero, 0));
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.Equal(new ReplicaId(1), lone.Status.HardState.Vote);
    }

    [Fact]
    public void A_former_candidate_that_cannot_match_an_append_does_not_vote_again_A5()
    {
        var lone = QuietFollower();
        lone.BecomeCandidate();
        Assert.True(Assert.Single(lone.Deliver(Mail.Append(2, 4, new LogId(4, 9), 0))).Reject);
        lone.Pass(lone.T * 2);
        Assert.True(Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, new LogId(4, 50)))).Reject);
    }

    [Fact]
    public void Who_knows_the_leader_of_a_term_votes_for_nobody_else_in_it()
    {
        var lone = QuietFollower();
        lone.Deliver(Mail.Heartbeat(2, 4));
        lone.Pass(lone.T * 2);
        Assert.Equal(ReplicaId.None, lone.Status.HardState.Vote);
        Assert.True(Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, new LogId(4, 50)))).Reject);
    }

    [Fact]
    public void Votes_of_an_older_term_are_not_counted_A6()
    {
        var lone = QuietFollower();
        lone.BecomeCandidate();
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 2, 3));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 2, 4));
        Assert.Equal(Role.Leader, lone.Core.Role);
    }

    [Fact]
    public void A_vote_is_counted_once_however_often_it_arrives()
    {
        var lone = new Lone(voters: 5);
        lone.BecomeCandidate();
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 2, 1));
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 2, 1));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 9, 1));
        Assert.Equal(Role.Candidate, lone.Core.Role);
    }

    [Fact]
    public void Only_a_log_at_least_as_up_to_date_is_voted_for_3_6_1()
    {
        foreach (var (last, granted) in (ReadOnlySpan<(LogId, bool)>)
            [(new(2, 9), false), (new(3, 0), false), (new(3, 1), true), (new(3, 2), true), (new(4, 1), true)])
        {
            Assert.Equal(!granted, Assert.Single(QuietFollower().Deliver(Mail.Vote(3, term: 9, last))).Reject);
        }
    }

    [Fact]
    public void A_candidate_that_times_out_goes_back_to_pre_vote_in_the_same_term()
    {
        var lone = QuietFollower();
        lone.BecomeCandidate();
        lone.TickAtDeadline();
        lone.Settle();
        Assert.Contains(lone.Events, happened => happened.Kind == RaftEventKind.CampaignFailed);
        lone.Sent.Clear();
        lone.TickAtDeadline();
        lone.Settle();
        Assert.Equal(Role.PreCandidate, lone.Core.Role);
        Assert.Equal(4UL, lone.Core.Term);
        Assert.All(lone.All(MessageKind.PreVote), message => Assert.Equal(5UL, message.Term));
        Assert.Empty(lone.All(MessageKind.Vote));
    }

    [Fact]
    public void Late_ballots_of_the_term_still_elect_a_candidate_that_timed_out()
    {
        var lone = QuietFollower();
        lone.BecomeCandidate();
        lone.TickAtDeadline();
        lone.Deliver(Mail.Plain(MessageKind.VoteResponse, 2, 4));
        Assert.Equal(Role.Leader, lone.Core.Role);
    }

    [Fact]
    public void A_candidate_yields_to_the_leader_of_its_term_and_not_to_an_older_one_3_4()
    {
        var lone = QuietFollower();
        lone.BecomeCandidate();
        lone.Deliver(Mail.Heartbeat(2, 3));
        Assert.Equal(Role.Candidate, lone.Core.Role);
        lone.Deliver(Mail.Heartbeat(2, 4));
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.Equal(new ReplicaId(2), lone.Core.Leader);
    }

    [Fact]
    public void A_replica_of_priority_zero_is_never_elected()
    {
        var voters = new[] { Cluster.MemberOf(1, priority: 0), Cluster.MemberOf(2), Cluster.MemberOf(3) };
        var lone = new Lone(state: ReplicaState.Bootstrap(Configuration.Of(voters, [])));
        for (var round = 0; round < 50; round++)
        {
            lone.TickAtDeadline();
            lone.Settle();
        }

        // It only asks whether it is a member still: it may have missed its removal.
        Assert.All(lone.Sent, message => Assert.Equal(MessageKind.MembershipQuery, message.Kind));
        lone.Deliver(Mail.Heartbeat(2, 1));
        lone.Deliver(Mail.Plain(MessageKind.TimeoutNow, 2, 1));
        Assert.Equal(Role.Follower, lone.Core.Role);
        lone.Pass(lone.T * 2);
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 5, LogId.Zero))).Reject);
    }

    [Fact]
    public void The_voter_of_the_highest_priority_is_elected_first()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            var options = new ClusterOptions
            {
                Seed = seed,
                Bootstrap = _ => ReplicaState.Bootstrap(Configuration.Of(
                    [Cluster.MemberOf(1, 10), Cluster.MemberOf(2, 50), Cluster.MemberOf(3, 100)], [])),
            };
            var cluster = new Cluster(3, options);
            cluster.Run(TimeSpan.FromSeconds(2));
            Assert.Equal(3UL, cluster.Leader()?.Id.Value);
        }
    }

    [Fact]
    public void A_lower_priority_is_elected_in_the_end_if_the_higher_ones_are_gone()
    {
        var options = new ClusterOptions
        {
            Bootstrap = _ => ReplicaState.Bootstrap(Configuration.Of(
                [Cluster.MemberOf(1, 1), Cluster.MemberOf(2, 1), Cluster.MemberOf(3, 1000)], [])),
        };
        var cluster = new Cluster(3, options);
        cluster.Crash(3);
        cluster.Run(TimeSpan.FromSeconds(60));
        Assert.NotNull(cluster.Leader());
    }

    [Fact]
    public void Votes_are_never_judged_by_the_receivers_own_configuration_O23()
    {
        // Replica 9 was added while this one was away.
        var lone = QuietFollower();
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(9, term: 4, _end, configurationIndex: 5))).Reject);
    }

    [Fact]
    public void A_promoted_learner_that_does_not_know_it_votes_A13()
    {
        var lone = new Lone(state: ReplicaState.Bootstrap(Configuration.Of(
            [Cluster.MemberOf(2), Cluster.MemberOf(3)], [Cluster.MemberOf(1)])));
        Assert.False(Assert.Single(lone.Deliver(Mail.PreVote(3, term: 4, _end, configurationIndex: 7))).Reject);
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, term: 4, _end, configurationIndex: 7))).Reject);
    }

    [Fact]
    public void A_stranger_neither_votes_nor_campaigns_nor_takes_a_candidates_term_A14()
    {
        var lone = new Lone(state: ReplicaState.Blank);
        for (var round = 0; round < 20; round++)
        {
            lone.TickAtDeadline();
            lone.Settle();
        }

        Assert.Empty(lone.Deliver(Mail.PreVote(3, term: 4, _end)));
        Assert.Empty(lone.Deliver(Mail.Vote(3, term: 4, _end)));
        Assert.Equal(default, lone.Status.HardState);
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void A_learner_never_campaigns()
    {
        var lone = new Lone(state: ReplicaState.Bootstrap(Configuration.Of(
            [Cluster.MemberOf(2), Cluster.MemberOf(3)], [Cluster.MemberOf(1)])));
        for (var round = 0; round < 20; round++)
        {
            lone.TickAtDeadline();
            lone.Settle();
        }

        lone.Deliver(Mail.Heartbeat(2, 1));
        lone.Deliver(Mail.Plain(MessageKind.TimeoutNow, 2, 1));
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.Equal(1UL, lone.Core.Term);
    }

    [Fact]
    public void A_leader_that_hears_no_quorum_for_T_steps_down()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        for (var i = 0; i < 9; i++)
        {
            lone.Tick(lone.T / 10);
            Assert.Equal(Role.Leader, lone.Core.Role);
        }

        lone.Tick(lone.T / 10);
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.Equal(1UL, lone.Core.Term);
        Assert.Equal(new ReplicaId(1), lone.Status.HardState.Vote);
    }

    [Fact]
    public void Contact_counts_from_the_sending_of_the_request_D4()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        var sent = lone.Now;
        lone.Pass(lone.T - TimeSpan.FromTicks(1));
        lone.Step(Mail.Heard(2, 1, 0, sent));
        lone.Tick(TimeSpan.FromTicks(1));
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void A_paused_leader_that_wakes_after_T_does_not_believe_that_it_leads_D5()
    {
        var lone = new Lone(configure: options => options with { LeaseReads = true });
        lone.BecomeReadyLeader();
        lone.Step(Mail.Heard(2, 1, 0, lone.Now));
        lone.Pass(TimeSpan.FromMinutes(10));
        lone.Core.ReadIndex(lone.Now, out _);
        lone.Take();
        Assert.Empty(lone.Reads);
        lone.Core.Tick(lone.Now);
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void Two_leaders_in_one_term_do_not_follow_from_a_restart_in_an_election_A9()
    {
        var cluster = new Cluster(3, new ClusterOptions { ProcessesReady = false });
        cluster.Campaign(1);
        cluster.Finish(cluster[1]);
        cluster.DeliverOnce();
        cluster.Finish(cluster[2]);
        cluster.Finish(cluster[3]);
        cluster.DeliverOnce();
        // 1 is a candidate now; power is lost after its requests left and before their answers come.
        cluster.Finish(cluster[1]);
        cluster.Crash(1);
        cluster.Stabilize();
        cluster.Restart(1);
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.NotNull(cluster.Leader());
        Assert.DoesNotContain(1UL, cluster.Checker.Terms.Keys);
    }

    private static Lone QuietFollower()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1));
        lone.Pass(lone.T * 2);
        return lone;
    }
}
