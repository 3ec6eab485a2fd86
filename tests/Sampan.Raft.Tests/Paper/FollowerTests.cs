using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Paper;

/// <summary>
/// Dissertation, 3.5 and 3.6, the follower's side: what it takes, what it refuses, what it may claim.
/// </summary>
public sealed class FollowerTests
{
    [Fact]
    public void An_acknowledgement_waits_until_its_entries_are_durable_3_8()
    {
        var lone = new Lone();
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1)));
        lone.Take();
        Assert.Empty(lone.Sent);
        lone.Write();
        Assert.Equal(1UL, lone.Only(MessageKind.AppendResponse).Index);
    }

    [Fact]
    public void An_acknowledgement_waits_for_the_write_that_holds_its_last_entry()
    {
        var lone = new Lone();
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1), Mail.Command(3, 2), Mail.Command(3, 3)));
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1)));
        var budget = new ReadyBudget(PersistBytes: 1, ApplyEntriesMax: 1, EndOfRound: true);
        lone.Take(budget);
        lone.Write();
        Assert.Equal(1UL, lone.Only(MessageKind.AppendResponse).Index);
        lone.Take(budget);
        lone.Write();
        Assert.Single(lone.Sent);
        lone.Take(budget);
        lone.Write();
        Assert.Equal(3UL, lone.Sent[^1].Index);
    }

    [Fact]
    public void Heartbeats_of_a_durable_term_are_answered_at_once()
    {
        var lone = Follower();
        lone.Step(Mail.Heartbeat(2, 3));
        lone.Take();
        Assert.Equal(MessageKind.HeartbeatResponse, Assert.Single(lone.SentAtOnce).Kind);
    }

    [Fact]
    public void An_append_of_a_lower_term_is_answered_with_the_own_durable_term_A8()
    {
        var lone = Follower();
        lone.Step(Mail.Plain(MessageKind.VoteResponse, 3, term: 6, reject: true));
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0));
        lone.Take();
        Assert.Empty(lone.Sent);
        lone.Write();
        var answer = lone.Only(MessageKind.AppendResponse);
        Assert.True(answer.Reject);
        Assert.Equal(6UL, answer.Term);
    }

    [Fact]
    public void The_commit_index_taken_is_capped_at_what_this_append_verified_B2()
    {
        var lone = Follower();
        // Entries 2 and 3 here are of an older leader; the append verifies only the first.
        lone.Deliver(Mail.Append(3, 5, new LogId(3, 1), commit: 9));
        Assert.Equal(1UL, lone.Core.CommitIndex);
        lone.Deliver(Mail.Append(3, 5, new LogId(3, 1), commit: 9, Mail.Command(5, 2)));
        Assert.Equal(2UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void A_repeated_append_truncates_nothing_that_does_not_conflict_B3()
    {
        var lone = Follower();
        lone.Deliver(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1)));
        Assert.Equal(3UL, lone.Status.LastIndex);
        lone.Deliver(Mail.Append(2, 3, new LogId(3, 1), 0, Mail.Command(3, 2)));
        Assert.Equal(3UL, lone.Status.LastIndex);
        Assert.DoesNotContain(lone.Events, happened => happened.Kind == RaftEventKind.LogTruncated);
    }

    [Fact]
    public void A_conflicting_entry_goes_with_all_that_follow_it_3_5()
    {
        var lone = Follower();
        lone.Deliver(Mail.Append(3, 5, new LogId(3, 1), 0, Mail.Command(5, 2)));
        Assert.Equal(2UL, lone.Status.LastIndex);
        Assert.Equal(new LogId(5, 2), lone.Log.Durable.Last);
        Assert.Equal(2UL, Assert.Single(lone.Events, happened => happened.Kind == RaftEventKind.LogTruncated).Index);
    }

    [Fact]
    public void An_old_append_that_overlaps_committed_entries_rolls_nothing_back_B4()
    {
        var lone = Follower();
        lone.Deliver(Mail.Commit(2, 3, commit: 3));
        lone.Deliver(Mail.Append(2, 3, LogId.Zero, 1, Mail.Command(3, 1), Mail.Command(3, 2)));
        Assert.Equal(3UL, lone.Status.LastIndex);
        Assert.Equal(3UL, lone.Core.CommitIndex);
    }

    [Fact]
    public void An_acknowledgement_names_the_appends_last_index_not_the_followers_B6()
    {
        var lone = Follower();
        Assert.Equal(1UL, Assert.Single(lone.Deliver(Mail.Append(2, 3, new LogId(3, 1), 0))).Index);
    }

    [Fact]
    public void A_refusal_names_the_conflicting_term_and_its_first_index_3_5()
    {
        var lone = new Lone();
        lone.Follow(2, 3, 0, Mail.Command(1, 1), Mail.Command(2, 2), Mail.Command(2, 3), Mail.Command(3, 4));
        var refusal = Assert.Single(lone.Deliver(Mail.Append(3, 5, new LogId(4, 3), 0)));
        Assert.True(refusal.Reject);
        Assert.Equal((3UL, 2UL, 2UL), (refusal.Index, refusal.ConflictTerm, refusal.ConflictIndex));
        refusal = Assert.Single(lone.Deliver(Mail.Append(3, 5, new LogId(4, 9), 0)));
        Assert.Equal((9UL, 0UL, 5UL), (refusal.Index, refusal.ConflictTerm, refusal.ConflictIndex));
    }

    [Fact]
    public void A_leader_that_disowns_a_committed_entry_is_impossible_3_6_3()
    {
        var lone = Follower();
        lone.Deliver(Mail.Commit(2, 3, commit: 3));
        Assert.Throws<InvariantViolationException>(() => lone.Step(Mail.Append(3, 5, new LogId(4, 2), 0)));
        Assert.Throws<InvariantViolationException>(
            () => lone.Step(Mail.Append(3, 5, new LogId(3, 2), 0, Mail.Command(5, 3))));
    }

    [Fact]
    public void An_overwritten_index_is_not_made_durable_by_the_report_of_its_first_write_B12()
    {
        var lone = new Lone();
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1), Mail.Command(3, 2)));
        var first = lone.Take();
        lone.Step(Mail.Append(3, 4, new LogId(3, 1), 0, Mail.Command(4, 2)));
        lone.Take();
        lone.Core.Persisted(first?.Number ?? 0, lone.Now);
        Assert.Equal(1UL, lone.Status.DurableIndex);
        lone.Write();
        lone.Report();
        Assert.Equal(2UL, lone.Status.DurableIndex);
        Assert.Equal(new LogId(4, 2), lone.Log.Durable.Last);
    }

    [Fact]
    public void Committed_entries_are_handed_out_only_when_they_are_durable_here_B16()
    {
        var lone = new Lone();
        lone.Step(Mail.Append(2, 3, LogId.Zero, commit: 2, Mail.Command(3, 1), Mail.Command(3, 2)));
        lone.Take();
        Assert.Empty(lone.Applies);
        lone.Write();
        lone.Report();
        lone.Take(ReadyBudget.Unlimited with { ApplyEntriesMax = 1 });
        Assert.Equal(new IndexRange(1, 2), Assert.Single(lone.Applies).Committed);
        lone.Take();
        Assert.Equal(new IndexRange(2, 3), lone.Applies[^1].Committed);
    }

    [Fact]
    public void Messages_of_an_ended_term_that_wait_for_the_disk_are_dropped()
    {
        var lone = new Lone();
        lone.Step(Mail.Append(2, 3, LogId.Zero, 0, Mail.Command(3, 1), Mail.Command(3, 2)));
        lone.Step(Mail.Append(3, 4, new LogId(3, 1), 0, Mail.Command(4, 2)));
        lone.Take();
        lone.Write();
        var answer = Assert.Single(lone.Sent);
        Assert.Equal((4UL, 2UL), (answer.Term, answer.Index));
    }

    [Fact]
    public void At_a_start_commit_is_the_highest_of_stored_commit_base_and_applied_B16()
    {
        var lone = Follower();
        lone.Deliver(Mail.Commit(2, 3, commit: 3));
        Assert.Equal(0UL, lone.Log.Durable.HardState.Commit);
        lone.Restart();
        Assert.Equal(3UL, lone.Core.CommitIndex);
        Assert.Equal(3UL, lone.Core.AppliedIndex);
    }

    [Fact]
    public void A_moved_commit_index_rides_along_with_the_next_write()
    {
        var lone = Follower();
        lone.Deliver(Mail.Commit(2, 3, commit: 2));
        Assert.Equal(0UL, lone.Log.Durable.HardState.Commit);
        lone.Deliver(Mail.Append(2, 3, new LogId(3, 3), commit: 2, Mail.Command(3, 4)));
        Assert.Equal(2UL, lone.Log.Durable.HardState.Commit);
    }

    /// <summary>Follows 2 in term 3, with entries 1 to 3 of that term, none known to be committed.</summary>
    private static Lone Follower()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1), Mail.Command(3, 2), Mail.Command(3, 3));
        lone.SentAtOnce.Clear();
        return lone;
    }
}
