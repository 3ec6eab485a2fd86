using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Progress;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Dissertation, 3.5 and 3.6, the leader's side: what is sent, what commits, what is bounded.</summary>
public sealed class ReplicationTests
{
    private static readonly ReadyBudget WithoutEntries = ReadyBudget.Unlimited with { IsWithoutEntries = true };

    [Fact]
    public void A_leader_starts_its_term_with_an_empty_entry_6_4()
    {
        var lone = new Lone();
        lone.BecomeLeader();
        var entry = Assert.Single(lone.Log.Memory.Entries);
        Assert.Equal(EntryKind.Empty, entry.Kind);
        Assert.Equal(new LogId(1, 1), entry.Id);
    }

    [Fact]
    public void An_entry_of_an_older_term_is_not_committed_by_counting_replicas_B1_figure_8()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(2, 1), Mail.Command(2, 2));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        lone.Deliver(Mail.Accepted(2, 4, index: 2, lone.Now));
        lone.Deliver(Mail.Accepted(3, 4, index: 2, lone.Now));
        Assert.Equal(0UL, lone.Core.CommitIndex);
        lone.Deliver(Mail.Accepted(2, 4, index: 3, lone.Now));
        Assert.Equal(3UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void The_leaders_own_disk_is_one_vote_among_others_B14()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Take();
        lone.Step(Mail.Accepted(2, 1, index: 2, lone.Now));
        Assert.Equal(1UL, lone.Core.CommitIndex);
        lone.Write();
        lone.Report();
        Assert.Equal(2UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void A_quorum_of_followers_commits_before_the_leaders_disk_and_nothing_is_handed_out_before_B16()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Take();
        lone.Step(Mail.Accepted(2, 1, index: 2, lone.Now));
        lone.Step(Mail.Accepted(3, 1, index: 2, lone.Now));
        Assert.Equal(2UL, lone.Core.CommitIndex);
        var before = lone.Applies.Count;
        lone.Take();
        Assert.Equal(before, lone.Applies.Count);
        lone.Write();
        lone.Report();
        lone.Take();
        Assert.Equal(new IndexRange(2, 3), lone.Applies[^1].Committed);
    }

    [Fact]
    public void A_single_replica_commits_only_what_is_durable_B14()
    {
        var lone = new Lone(voters: 1);
        lone.Tick(TimeSpan.Zero);
        lone.Settle();
        lone.Propose();
        lone.Take();
        lone.Write();
        Assert.Equal(1UL, lone.Core.CommitIndex);
        lone.Report();
        Assert.Equal(2UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void Appends_leave_before_the_leaders_own_disk_is_done_10_2_1()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.SentAtOnce.Clear();
        lone.Take();
        Assert.Equal(2, lone.SentAtOnce.Count(message => message.Kind == MessageKind.Append));
    }

    [Fact]
    public void Proposals_of_one_round_share_one_append()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose("a");
        lone.Propose("b");
        lone.Settle();
        Assert.Equal(2, lone.All(MessageKind.Append).Count);
        Assert.All(lone.All(MessageKind.Append), message => Assert.Equal(2, message.Entries.Count));
    }

    [Fact]
    public void Heartbeats_carry_the_smaller_of_match_and_commit_B7()
    {
        var lone = new Lone();
        lone.BecomeLeader();
        lone.Deliver(Mail.Accepted(2, 1, index: 1, lone.Now));
        Assert.Equal(1UL, lone.Core.CommitIndex);
        lone.Sent.Clear();
        lone.Core.SendHeartbeats(lone.Now);
        lone.Take();
        var heartbeats = lone.All(MessageKind.Heartbeat);
        Assert.Equal([1UL, 0UL], heartbeats.Select(message => message.Commit));
    }

    [Fact]
    public void A_heartbeats_answer_raises_no_match_B7()
    {
        var lone = new Lone();
        lone.BecomeLeader();
        lone.Deliver(Mail.Heard(2, 1, 0, lone.Now));
        lone.Deliver(Mail.Heard(3, 1, 0, lone.Now));
        Assert.All(lone.Status.Progress.Skip(1), member => Assert.Equal(0UL, member.Match));
        Assert.Equal(0UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void A_refusal_advances_no_commit_index_B5()
    {
        var lone = new Lone();
        lone.BecomeLeader();
        lone.Deliver(Mail.Rejected(2, 1, index: 1, new LogId(0, 1), lone.Now));
        lone.Deliver(Mail.Rejected(3, 1, index: 1, new LogId(0, 1), lone.Now));
        Assert.Equal(0UL, lone.Core.CommitIndex);
        Assert.All(lone.Status.Progress.Skip(1), member => Assert.Equal(0UL, member.Match));
    }

    [Fact]
    public void A_late_refusal_lowers_nothing_below_what_matches_B4()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.AcknowledgeAll();
        lone.Deliver(Mail.Rejected(2, 1, index: 1, new LogId(0, 1), lone.Now));
        Assert.Empty(lone.All(MessageKind.Append));
        var member = ProgressOf(lone, 2);
        Assert.Equal((2UL, 3UL, ProgressState.Replicate), (member.Match, member.Next, member.State));
    }

    [Fact]
    public void Heartbeats_between_probe_and_refusal_do_not_stop_the_repair_B8()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(1, 1), Mail.Command(2, 2), Mail.Command(3, 3));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        for (var heartbeat = 0; heartbeat < 3; heartbeat++)
        {
            lone.Deliver(Mail.Heard(2, 4, 0, lone.Now));
            Assert.Equal(3UL, lone.Only(MessageKind.Append).Index);
        }

        lone.Deliver(Mail.Rejected(2, 4, index: 3, new LogId(0, 2), lone.Now));
        Assert.Equal(1UL, lone.Only(MessageKind.Append).Index);
        // The same refusal again, of a probe that was sent twice, is late.
        lone.Deliver(Mail.Rejected(2, 4, index: 3, new LogId(0, 2), lone.Now));
        Assert.Empty(lone.All(MessageKind.Append));
        lone.Deliver(Mail.Accepted(2, 4, index: 4, lone.Now));
        Assert.Equal(4UL, ProgressOf(lone, 2).Match);
    }

    [Fact]
    public void A_probe_is_not_repeated_before_it_is_answered()
    {
        var lone = new Lone();
        lone.BecomeLeader();
        lone.Propose();
        lone.Settle();
        Assert.Empty(lone.All(MessageKind.Append));
    }

    [Fact]
    public void Appends_in_flight_are_bounded_in_number()
    {
        var lone = new Lone(configure: options => options with { InflightMessagesMax = 3, AppendBytesMax = 1 });
        lone.BecomeReadyLeader();
        for (var i = 0; i < 10; i++)
        {
            lone.Propose();
        }

        lone.Settle();
        Assert.Equal(3, SentTo(lone, 2));
        Assert.True(ProgressOf(lone, 2).IsInflightFull);
        lone.Deliver(Mail.Accepted(2, 1, index: 3, lone.Now));
        Assert.Equal(2, SentTo(lone, 2));
    }

    [Fact]
    public void Appends_in_flight_are_bounded_in_bytes()
    {
        var lone = new Lone(configure: options => options with { InflightBytesMax = 100, AppendBytesMax = 40 });
        lone.BecomeReadyLeader();
        for (var i = 0; i < 10; i++)
        {
            lone.Propose("12345678");
        }

        lone.Settle();
        // Each entry counts 40 bytes; the third one passes the bound.
        Assert.Equal(3, SentTo(lone, 2));
    }

    [Fact]
    public void An_append_carries_no_more_bytes_than_it_may_unless_one_entry_does()
    {
        var lone = new Lone(configure: options => options with { AppendBytesMax = 100 });
        lone.BecomeReadyLeader();
        lone.Propose("12345678");
        lone.Propose("12345678");
        lone.Propose(new string('x', 500));
        lone.Propose("12345678");
        lone.Settle();
        var sizes = lone.All(MessageKind.Append).FindAll(message => message.To.Value == 2)
            .ConvertAll(message => message.Entries.Count);
        Assert.Equal([2, 1, 1], sizes);
    }

    [Fact]
    public void Lost_appends_are_found_by_the_next_heartbeats_answer()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Settle();
        var probe = lone.Deliver(Mail.Heard(2, 1, 0, lone.Now)).Find(message => message.Kind == MessageKind.Append);
        Assert.Equal(2UL, probe?.Index);
        Assert.Empty(probe?.Entries ?? []);
        lone.Deliver(Mail.Rejected(2, 1, index: 2, new LogId(0, 2), lone.Now));
        Assert.Single(lone.Only(MessageKind.Append).Entries);
    }

    [Fact]
    public void A_broken_stream_makes_a_member_be_probed_from_what_it_has()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Settle();
        lone.Core.PeerUnreachable(new ReplicaId(2));
        var member = ProgressOf(lone, 2);
        Assert.Equal((ProgressState.Probe, 2UL), (member.State, member.Next));
    }

    [Fact]
    public void A_moved_commit_index_is_told_at_the_end_of_a_round_only_O24()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Settle();
        lone.Sent.Clear();
        lone.Step(Mail.Accepted(2, 1, index: 2, lone.Now));
        lone.Take(ReadyBudget.Unlimited with { EndOfRound = false });
        Assert.Empty(lone.All(MessageKind.Commit));
        lone.Take();
        var notice = lone.Only(MessageKind.Commit);
        Assert.Equal((2UL, 2UL), (notice.To.Value, notice.Commit));
        lone.Take();
        Assert.Single(lone.All(MessageKind.Commit));
    }

    [Fact]
    public void A_commit_notice_needs_no_answer_and_causes_no_write_O24()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1));
        lone.Step(Mail.Commit(2, 3, commit: 1));
        Assert.Null(lone.Take());
        Assert.Empty(lone.Sent);
        Assert.Equal(1UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void Uncommitted_bytes_are_bounded_and_beyond_it_the_answer_is_Busy()
    {
        var lone = new Lone(configure: options => options with { UncommittedBytesMax = 100 });
        lone.BecomeReadyLeader();
        Assert.Equal(ProposeStatus.Accepted, lone.Propose(new string('x', 500)));
        var last = lone.Status.LastIndex;
        Assert.Equal(ProposeStatus.Busy, lone.Propose());
        Assert.Equal(last, lone.Status.LastIndex);
        lone.AcknowledgeAll();
        Assert.Equal(ProposeStatus.Accepted, lone.Propose());
        Assert.Equal(ProposeStatus.Accepted, lone.Propose());
        Assert.Equal(ProposeStatus.Accepted, lone.Propose());
        Assert.Equal(ProposeStatus.Busy, lone.Propose());
    }

    [Fact]
    public void Without_room_in_the_log_queue_heartbeats_and_appends_still_leave()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose();
        lone.Core.SendHeartbeats(lone.Now);
        Assert.Null(lone.Take(new ReadyBudget(PersistBytes: 0, ApplyEntriesMax: 0, EndOfRound: false)));
        Assert.Equal(2, lone.All(MessageKind.Heartbeat).Count);
        Assert.Equal(2, lone.All(MessageKind.Append).Count);
        lone.Step(Mail.Accepted(2, 1, index: 2, lone.Now));
        Assert.Equal(1UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void Without_room_in_the_log_queue_nothing_that_waits_for_it_leaves()
    {
        var lone = new Lone();
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1)));
        Assert.Null(lone.Take(new ReadyBudget(PersistBytes: 0, ApplyEntriesMax: 0, EndOfRound: false)));
        Assert.Empty(lone.Sent);
    }

    /// <summary>
    /// A log that must spare its room takes terms and votes, and what rests on them leaves; entries wait, and so does
    /// whatever claims them, until there is room.
    /// </summary>
    [Fact]
    public void Without_room_for_entries_votes_are_given_and_entries_wait()
    {
        var lone = new Lone();
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1)));
        var task = Assert.IsType<PersistTask>(lone.Take(WithoutEntries));
        Assert.Equal(3UL, task.HardState?.Term);
        Assert.Empty(task.Entries);
        lone.Write();
        lone.Report();
        Assert.Empty(lone.All(MessageKind.AppendResponse));

        // Nothing more can be written, so nothing is: no empty writes that wake everybody again and again.
        Assert.Null(lone.Take(WithoutEntries));
        lone.Tick(lone.T * 3);
        lone.Step(Mail.Vote(3, 5, new LogId(3, 1)));
        task = Assert.IsType<PersistTask>(lone.Take(WithoutEntries));
        Assert.Equal((5UL, 3UL), (task.HardState?.Term, task.HardState?.Vote.Value));
        Assert.Empty(task.Entries);
        lone.Write();
        lone.Report();
        Assert.False(Assert.Single(lone.All(MessageKind.VoteResponse)).Reject);

        lone.Step(Mail.Append(3, 5, new LogId(3, 1), 0, Mail.Command(5, 2)));
        lone.Settle();
        Assert.Equal(2UL, lone.All(MessageKind.AppendResponse)[^1].Index);
        Assert.Equal(2UL, lone.Log.Durable.LastIndex);
    }

    [Fact]
    public void A_deposed_leader_leaves_its_log_to_the_next_one_B11()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        lone.Propose("held by the old quorum");
        lone.Settle();
        lone.Deliver(Mail.Heartbeat(2, 5));
        Assert.Equal(2UL, lone.Status.LastIndex);
        Assert.Equal(ProposeStatus.NotLeader, lone.Propose());
        Assert.Equal(2UL, lone.Status.LastIndex);
    }

    [Fact]
    public void The_log_never_says_an_earlier_time_than_before()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        foreach (var ticks in (long[])[500, 300, 700])
        {
            lone.Core.Propose([new Proposal(new byte[1], ticks)], out _);
        }

        lone.Settle();
        Assert.Equal([0L, 500L, 500L, 700L], lone.Log.Memory.Entries.Select(entry => entry.TimeTicks));
    }

    private static ProgressStatus ProgressOf(Lone lone, ulong id) =>
        lone.Status.Progress.Single(member => member.Replica.Value == id);

    private static int SentTo(Lone lone, ulong id) =>
        lone.All(MessageKind.Append).Count(message => message.To.Value == id);
}
