using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Progress;

namespace Sampan.Raft.Tests.Paper;

/// <summary>
/// A leader whose memory forgot what a follower needs: it asks, is answered later, and may be answered wrongly.
/// </summary>
public sealed class WantedEntriesTests
{
    private static readonly ReplicaId _peer = new(2);

    [Fact]
    public void Entries_that_are_not_in_memory_are_asked_for_once()
    {
        var lone = LeaderThatForgot();
        Assert.Equal(new WantedEntries(_peer, new IndexRange(2, 5)), Assert.Single(lone.Wanted));
        lone.Deliver(Mail.Heard(2, 4, 0, lone.Now));
        Assert.Single(lone.Wanted);
        Assert.Empty(lone.All(MessageKind.Append));
    }

    [Fact]
    public void Entries_that_became_available_are_sent()
    {
        var lone = LeaderThatForgot();
        lone.Core.EntriesAvailable(_peer, lone.Wanted[0].Range, Disk(lone, 2, 5));
        lone.Settle();
        var append = lone.Only(MessageKind.Append);
        Assert.Equal(1UL, append.Index);
        Assert.Equal([2UL, 3UL, 4UL], append.Entries.Select(entry => entry.Index));
    }

    [Fact]
    public void A_part_of_what_was_wanted_is_sent_too()
    {
        var lone = LeaderThatForgot();
        lone.Core.EntriesAvailable(_peer, lone.Wanted[0].Range, Disk(lone, 2, 3));
        lone.Settle();
        Assert.Single(lone.Only(MessageKind.Append).Entries);
    }

    [Fact]
    public void A_failure_is_an_answer_and_the_resend_clock_asks_again()
    {
        var lone = LeaderThatForgot();
        lone.Core.EntriesAvailable(_peer, lone.Wanted[0].Range, []);
        lone.Settle();
        Assert.Empty(lone.All(MessageKind.Append));
        Assert.Single(lone.Wanted);
        lone.Deliver(Mail.Heard(2, 4, 0, lone.Now));
        Assert.Equal(2, lone.Wanted.Count);
    }

    [Fact]
    public void Entries_of_terms_that_changed_meanwhile_are_dropped()
    {
        var lone = LeaderThatForgot();
        var range = lone.Wanted[0].Range;
        lone.Core.EntriesAvailable(_peer, range, [Mail.Command(1, 2), Mail.Command(1, 3)]);
        lone.Sent.Clear();
        lone.Take();
        Assert.Empty(lone.All(MessageKind.Append));
    }

    [Fact]
    public void A_late_answer_changes_nothing()
    {
        var lone = LeaderThatForgot();
        var range = lone.Wanted[0].Range;
        var entries = Disk(lone, 2, 5);
        lone.Core.EntriesAvailable(_peer, new IndexRange(1, 5), Disk(lone, 1, 5));
        lone.Core.EntriesAvailable(new ReplicaId(9), range, entries);
        lone.Take();
        Assert.Empty(lone.All(MessageKind.Append));
        lone.Core.EntriesAvailable(_peer, range, entries);
        lone.Core.EntriesAvailable(_peer, range, entries);
        lone.Take();
        Assert.Single(lone.All(MessageKind.Append));
        lone.Deliver(Mail.Heartbeat(3, 9));
        lone.Core.EntriesAvailable(_peer, range, entries);
        Assert.Empty(lone.All(MessageKind.Append));
    }

    [Fact]
    public void At_most_one_request_is_outstanding_for_a_peer()
    {
        var lone = LeaderThatForgot();
        lone.Core.PeerUnreachable(_peer);
        lone.Take();
        lone.Deliver(Mail.Rejected(2, 4, index: 1, new LogId(0, 1), lone.Now));
        lone.Take();
        Assert.Single(lone.Wanted);
        lone.Core.EntriesAvailable(_peer, lone.Wanted[0].Range, Disk(lone, 2, 5));
        lone.Take();
        Assert.Equal(2, lone.Wanted.Count + lone.All(MessageKind.Append).Count);
    }

    [Fact]
    public void A_failed_request_does_not_take_a_member_out_of_a_snapshot()
    {
        var lone = LeaderThatForgot();
        var range = lone.Wanted[0].Range;
        lone.Deliver(Mail.Heard(2, 4, 0, lone.Now, need: 3));
        Assert.Equal(ProgressState.Snapshot, lone.Status.Progress[1].State);
        lone.Core.EntriesAvailable(_peer, range, []);
        Assert.Equal(ProgressState.Snapshot, lone.Status.Progress[1].State);
    }

    /// <summary>
    /// A leader of term 4 with entries 1 to 4, of which it remembers only the last; replica 2 is known to hold the
    /// first.
    /// </summary>
    private static Lone LeaderThatForgot()
    {
        var lone = new Lone();
        lone.Follow(2, 3, commit: 0, Mail.Command(3, 1), Mail.Command(3, 2), Mail.Command(3, 3));
        lone.Pass(lone.T * 2);
        lone.BecomeLeader();
        lone.Log.Evict(4);
        lone.Deliver(Mail.Rejected(2, 4, index: 3, new LogId(0, 2), lone.Now));
        lone.Sent.Clear();
        return lone;
    }

    private static ReadOnlySpan<Entry> Disk(Lone lone, ulong firstIndex, ulong endIndex) =>
        lone.Log.ReadFromDisk(new IndexRange(firstIndex, endIndex)).ToArray();
}
