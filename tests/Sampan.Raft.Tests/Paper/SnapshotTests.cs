using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Progress;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>Dissertation, 5: snapshots that are sent, received, and awaited.</summary>
public sealed class SnapshotTests
{
    private static readonly ConfigurationEntry _configuration = new(0, Cluster.ConfigurationOf([1, 2, 3]));

    [Fact]
    public void An_older_snapshot_is_acknowledged_and_changes_nothing_E1()
    {
        var lone = Follower(commit: 3);
        var answer = Assert.Single(lone.Deliver(Mail.Snapshot(2, 3, new LogId(3, 2), _configuration)));
        Assert.False(answer.Reject);
        Assert.Equal(2UL, answer.Index);
        Assert.Equal((4UL, 3UL, 1UL), (lone.Status.LastIndex, lone.Core.CommitIndex, lone.Status.FirstIndex));
        Assert.Null(lone.Core.AcceptedSnapshot);
    }

    [Fact]
    public void A_newer_snapshot_that_conflicts_at_its_last_index_replaces_the_whole_log_E2()
    {
        var lone = Follower(commit: 1);
        lone.Deliver(Mail.Snapshot(3, 5, new LogId(4, 3), _configuration));
        Assert.Equal((3UL, 4UL, 3UL), (lone.Status.LastIndex, lone.Status.FirstIndex, lone.Core.CommitIndex));
        Assert.Equal(new LogId(4, 3), lone.Log.Durable.Last);
        Assert.Equal(3UL, lone.Applies[^1].Snapshot?.Last.Index);
    }

    [Fact]
    public void A_snapshot_whose_last_entry_is_held_keeps_the_log_5_3()
    {
        var lone = Follower(commit: 1);
        lone.Deliver(Mail.Snapshot(2, 3, new LogId(3, 3), _configuration));
        Assert.Equal((4UL, 1UL, 3UL), (lone.Status.LastIndex, lone.Status.FirstIndex, lone.Core.CommitIndex));
        Assert.DoesNotContain(lone.Applies, apply => apply.Snapshot is not null);
    }

    [Fact]
    public void A_snapshot_is_acknowledged_when_it_is_durable()
    {
        var lone = Follower(commit: 1);
        lone.SentAtOnce.Clear();
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 9), _configuration));
        var task = lone.Take();
        Assert.Empty(lone.SentAtOnce);
        Assert.Equal(9UL, task?.Snapshot?.Last.Index);
        Assert.Equal(9UL, Assert.Single(task?.AfterPersist ?? []).Index);
        Assert.DoesNotContain(lone.Applies, apply => apply.Snapshot is not null);
        lone.Write();
        lone.Report();
        lone.Take();
        Assert.Equal(9UL, lone.Applies[^1].Snapshot?.Last.Index);
    }

    [Fact]
    public void The_configuration_of_a_snapshot_is_in_force_from_its_acceptance_on()
    {
        var lone = Follower(commit: 1);
        var newer = new ConfigurationEntry(7, Cluster.ConfigurationOf([1, 2, 3, 4]));
        lone.Deliver(Mail.Snapshot(2, 3, new LogId(3, 9), newer));
        Assert.Equal(newer, lone.Status.Configuration);
    }

    [Fact]
    public void A_second_snapshot_takes_the_place_of_one_that_is_being_installed_E6()
    {
        var lone = Follower(commit: 1);
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 9), _configuration));
        var first = lone.Take();
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 12), _configuration));
        lone.Write();
        lone.Core.Persisted(first?.Number ?? 0, lone.Now);
        lone.Settle();
        var installed = lone.Applies.Where(apply => apply.Snapshot is not null);
        Assert.Equal(12UL, Assert.Single(installed).Snapshot?.Last.Index);
        Assert.Equal(12UL, lone.Status.DurableIndex);
    }

    [Fact]
    public void The_same_snapshot_twice_is_installed_once_E6()
    {
        var lone = Follower(commit: 1);
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 9), _configuration));
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 9), _configuration));
        lone.Settle();
        lone.Deliver(Mail.Snapshot(2, 3, new LogId(3, 9), _configuration));
        Assert.Single(lone.Applies, apply => apply.Snapshot is not null);
    }

    [Fact]
    public void Entries_behind_a_snapshot_do_not_overtake_it()
    {
        var lone = Follower(commit: 1);
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 9), _configuration));
        lone.Step(Mail.Append(2, 3, new LogId(3, 9), commit: 10, Mail.Command(3, 10)));
        lone.Settle();
        var apply = Assert.Single(lone.Applies, apply => apply.Snapshot is not null);
        Assert.True(apply.Committed.IsEmpty || apply.Committed.FirstIndex == 10);
        Assert.Equal(11UL, lone.Applies[^1].Committed.EndIndex);
    }

    [Fact]
    public void A_candidate_takes_the_snapshot_of_its_terms_leader_E5()
    {
        var lone = Follower(commit: 1);
        lone.Pass(lone.T * 2);
        lone.BecomeCandidate();
        lone.Deliver(Mail.Snapshot(2, 4, new LogId(3, 9), _configuration));
        Assert.Equal(Role.Follower, lone.Core.Role);
        Assert.Equal(9UL, lone.Status.LastIndex);
    }

    [Fact]
    public void A_replica_with_a_snapshot_on_its_way_to_the_state_machine_does_not_campaign()
    {
        var lone = Follower(commit: 1);
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 9), _configuration));
        lone.Take();
        lone.Step(Mail.Plain(MessageKind.TimeoutNow, 2, 3));
        Assert.Equal(Role.Follower, lone.Core.Role);
    }

    [Fact]
    public void A_follower_behind_the_leaders_log_is_sent_a_snapshot_and_no_appends_E4()
    {
        var lone = Compacted();
        lone.Deliver(Mail.Rejected(2, 3, index: 6, new LogId(0, 1), lone.Now));
        var snapshot = lone.Only(MessageKind.Snapshot);
        Assert.Equal(6UL, snapshot.Snapshot?.Last.Index);
        Assert.Empty(lone.All(MessageKind.Append));
        lone.Propose();
        lone.Settle();
        Assert.DoesNotContain(lone.All(MessageKind.Append), message => message.To.Value == 2);
        Assert.Equal(6UL, lone.Status.Progress[1].PendingSnapshotIndex);
    }

    [Fact]
    public void The_snapshot_state_is_left_by_the_snapshots_acknowledgement_without_any_report()
    {
        var lone = Compacted();
        lone.Deliver(Mail.Rejected(2, 3, index: 6, new LogId(0, 1), lone.Now));
        lone.Propose();
        lone.Deliver(Mail.Accepted(2, 3, index: 6, lone.Now));
        Assert.Equal(ProgressState.Replicate, lone.Status.Progress[1].State);
        Assert.Contains(lone.All(MessageKind.Append), message => message is { To.Value: 2, Index: 6 });
        lone.Core.SnapshotSent(new ReplicaId(2), succeeded: true);
        Assert.Equal(ProgressState.Replicate, lone.Status.Progress[1].State);
    }

    [Fact]
    public void The_snapshot_state_is_left_by_appends_that_prove_the_follower_caught_up_E9()
    {
        var lone = Compacted();
        lone.Deliver(Mail.Rejected(2, 3, index: 6, new LogId(0, 1), lone.Now));
        lone.Deliver(Mail.Accepted(2, 3, index: 4, lone.Now));
        Assert.Equal(ProgressState.Snapshot, lone.Status.Progress[1].State);
        // 5 and 6 are compacted too, so it must hold 6 before the log can go on from there.
        lone.Deliver(Mail.Accepted(2, 3, index: 6, lone.Now));
        Assert.Equal(ProgressState.Replicate, lone.Status.Progress[1].State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_snapshot_that_was_lost_is_sent_again_at_the_resend_clock(bool reported)
    {
        var lone = Compacted();
        lone.Deliver(Mail.Rejected(2, 3, index: 6, new LogId(0, 1), lone.Now));
        lone.Core.SnapshotSent(new ReplicaId(2), reported);
        lone.Sent.Clear();
        lone.Settle();
        Assert.Empty(lone.All(MessageKind.Snapshot));
        lone.Deliver(Mail.Heard(2, 3, 0, lone.Now));
        if (reported)
        {
            lone.Deliver(Mail.Rejected(2, 3, index: 6, new LogId(0, 1), lone.Now));
        }

        Assert.Single(lone.All(MessageKind.Snapshot));
    }

    [Fact]
    public void A_follower_without_usable_state_says_which_snapshot_it_needs()
    {
        var lone = Needing(5);
        var answer = Assert.Single(lone.Deliver(Mail.Heartbeat(2, 3)));
        Assert.Equal(5UL, answer.NeedSnapshotIndex);
        lone.Deliver(Mail.Append(2, 3, new LogId(3, 6), commit: 6, Mail.Command(3, 7)));
        Assert.Equal((7UL, 5UL), (lone.Sent[0].Index, lone.Sent[0].NeedSnapshotIndex));
        Assert.Empty(lone.Applies);
    }

    [Fact]
    public void A_replica_without_usable_state_votes_but_does_not_campaign_or_read()
    {
        var lone = Needing(5);
        Assert.Equal(ReadStatus.Unavailable, lone.Core.ReadIndex(lone.Now, out _));
        lone.Pass(lone.T * 3);
        Assert.False(Assert.Single(lone.Deliver(Mail.Vote(3, 9, new LogId(8, 50)))).Reject);
        lone.Sent.Clear();
        for (var i = 0; i < 10; i++)
        {
            lone.TickAtDeadline();
            lone.Settle();
        }

        Assert.All(lone.Sent, message => Assert.Equal(MessageKind.MembershipQuery, message.Kind));
    }

    [Fact]
    public void A_snapshot_that_was_asked_for_leaves_a_log_that_holds_it()
    {
        var lone = Needing(5);
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 5), _configuration));
        var task = lone.Take();
        Assert.True(task?.KeepsLog);
        Assert.Equal(5UL, task?.Snapshot?.Last.Index);
        lone.Write();
        lone.Settle();
        Assert.Equal((1UL, 6UL), (lone.Status.FirstIndex, lone.Status.LastIndex));
        Assert.Equal(5UL, lone.Applies[0].Snapshot?.Last.Index);
        Assert.Equal(0UL, Assert.Single(lone.Deliver(Mail.Heartbeat(2, 3, commit: 6))).NeedSnapshotIndex);
        Assert.Equal(7UL, lone.Applies[^1].Committed.EndIndex);
    }

    [Fact]
    public void A_snapshot_that_was_asked_for_is_acknowledged_when_it_is_durable_too()
    {
        var lone = Needing(5);
        lone.SentAtOnce.Clear();
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 5), _configuration));
        var task = lone.Take();
        Assert.Empty(lone.SentAtOnce);
        Assert.Equal(0UL, Assert.Single(task?.AfterPersist ?? []).NeedSnapshotIndex);
    }

    [Fact]
    public void A_snapshot_below_what_is_needed_does_not_help()
    {
        var lone = Needing(5);
        Assert.Equal(5UL, Assert.Single(lone.Deliver(
            Mail.Snapshot(2, 3, new LogId(3, 4), _configuration))).NeedSnapshotIndex);
        Assert.DoesNotContain(lone.Applies, apply => apply.Snapshot is not null);
    }

    [Fact]
    public void A_leader_sends_a_needed_snapshot_as_soon_as_one_helps()
    {
        var lone = Compacted();
        lone.AcknowledgeAll();
        lone.Propose();
        lone.AcknowledgeAll();
        lone.Deliver(Mail.Heard(2, 3, 0, lone.Now, need: 7));
        Assert.Equal(ProgressState.Snapshot, lone.Status.Progress[1].State);
        Assert.Empty(lone.All(MessageKind.Snapshot));
        lone.Core.SnapshotTaken(new SnapshotMeta(new LogId(3, 7), _configuration, timeTicks: 0));
        lone.Take();
        Assert.Equal(7UL, lone.Only(MessageKind.Snapshot).Snapshot?.Last.Index);
        lone.Deliver(Mail.Accepted(2, 3, index: 7, lone.Now));
        // It holds more than the snapshot already: the next append finds its end.
        Assert.Equal(ProgressState.Probe, lone.Status.Progress[1].State);
    }

    [Fact]
    public void The_whole_way_from_lost_snapshots_to_a_caught_up_follower()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        cluster.Stabilize();
        Assert.True(cluster[3].TakeSnapshot());
        Assert.True(cluster[3].Compact(3));
        cluster.Crash(3);
        cluster[3].LoseSnapshots();
        cluster.Restart(3, needSnapshotIndex: 3);
        cluster.Propose(1, "c");
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Empty(cluster[3].AppliedCommands);
        Assert.True(cluster[1].TakeSnapshot());
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(["a", "b", "c"], cluster[3].AppliedCommands);
    }

    /// <summary>Follows 2 in term 3 with entries 1 to 4.</summary>
    private static Lone Follower(ulong commit)
    {
        var lone = new Lone();
        lone.Follow(
            2, 3, commit, Mail.Command(3, 1), Mail.Command(3, 2), Mail.Command(3, 3), Mail.Command(3, 4));
        return lone;
    }

    /// <summary>A follower of 2 with entries 1 to 6 and a lost state machine.</summary>
    private static Lone Needing(ulong index)
    {
        var lone = new Lone();
        lone.Follow(2, 3, 0, [.. Enumerable.Range(1, 6).Select(i => Mail.Command(3, (ulong)i))]);
        lone.Restart(index, applied: 0);
        lone.Deliver(Mail.Heartbeat(2, 3));
        lone.Sent.Clear();
        return lone;
    }

    /// <summary>
    /// A leader whose log begins behind its snapshot at 6; 2 answered nothing yet, so that it is probed behind 6.
    /// </summary>
    private static Lone Compacted()
    {
        var lone = new Lone();
        lone.BecomeReadyLeader();
        for (var i = 0; i < 5; i++)
        {
            lone.Propose();
        }

        lone.AcknowledgeAll();
        lone.Deliver(Mail.Heartbeat(3, 1 + lone.Core.Term));
        lone.Core.SnapshotTaken(new SnapshotMeta(new LogId(1, 6), _configuration, timeTicks: 0));
        lone.Log.Compact(7);
        lone.Core.Compacted(7);
        return LedAgain(lone);
    }

    private static Lone LedAgain(Lone lone)
    {
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        return lone;
    }
}
