using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>
/// Dissertation, 5.3: until a snapshot that replaces a log is durable, the disk holds what conflicts with it, and
/// nothing may be acknowledged on the strength of that (I-12).
/// </summary>
public sealed class SnapshotAcknowledgementTests
{
    private static readonly ConfigurationEntry _configuration = new(0, Cluster.ConfigurationOf([1, 2, 3]));

    [Fact]
    public void A_late_append_is_not_acknowledged_before_the_snapshot_is_durable()
    {
        var lone = Follower();
        lone.SentAtOnce.Clear();
        // The snapshot replaces the conflicting log in memory only.
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 20), _configuration));
        // An append of the same leader, sent before it compacted, arrives late.
        lone.Step(Mail.Append(2, 3, new LogId(1, 1), commit: 0, [.. Range(2, 5, 3)]));
        lone.Take();
        // The disk still holds 2..6 of term 1. Nothing may say that 5 of the leader is held durably.
        Assert.DoesNotContain(
            lone.SentAtOnce, message => message is { Kind: MessageKind.AppendResponse, Reject: false });
    }

    [Fact]
    public void Nothing_that_conflicts_is_committed_after_a_crash_before_the_snapshot_is_durable()
    {
        var lone = Follower();
        lone.SentAtOnce.Clear();
        lone.Step(Mail.Snapshot(2, 3, new LogId(3, 20), _configuration));
        lone.Step(Mail.Append(2, 3, new LogId(1, 1), commit: 0, [.. Range(2, 4, 3)]));
        lone.Take();
        var match = lone.SentAtOnce
            .Where(message => message is { Kind: MessageKind.AppendResponse, Reject: false })
            .Select(message => message.Index).DefaultIfEmpty(0UL).Max();
        lone.Restart();
        // The leader's heartbeat carries min(match, commit); its commit index is 20.
        lone.Deliver(Mail.Heartbeat(2, 3, commit: Math.Min(match, 20)));
        for (var index = 2UL; index <= lone.Core.CommitIndex; index++)
        {
            Assert.Equal(3UL, lone.Log.Durable.Get(index).Term);
        }
    }

    private static IEnumerable<Entry> Range(ulong first, ulong last, ulong term)
    {
        for (var index = first; index <= last; index++)
        {
            yield return Mail.Command(term, index, $"{term}/{index}");
        }
    }

    /// <summary>Entries 2 to 6 of term 1 are durable here and were never committed; 2 leads term 3.</summary>
    private static Lone Follower()
    {
        var lone = new Lone();
        lone.Follow(3, 1, 1, [.. Range(1, 6, 1)]);
        lone.Deliver(Mail.Heartbeat(2, 3));
        return lone;
    }
}
