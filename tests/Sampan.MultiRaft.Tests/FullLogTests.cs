using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: a log without room (I-29). Votes go on, entries wait, and everything comes back by itself.
/// </summary>
public sealed class FullLogTests
{
    [Fact]
    public void A_log_short_of_room_takes_votes_and_no_entries_until_there_is_room()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        var leader = cluster.Leader(1)!; // not null: see the line before
        cluster.Propose(leader, 1, "before");
        cluster.Settle();
        SetShort(cluster, isShort: true);
        cluster.RunUntil(() => Stores(cluster).All(store => store.Group(1).Status.IsOutOfSpace));
        var refused = Assert.Throws<RaftException>(() => cluster.Propose(leader, 1, "refused"));
        Assert.Equal((RaftErrorCode.NoSpace, RequestOutcome.NotApplied), (refused.Code, refused.Outcome));

        var durable = Stores(cluster).Select(LastOf).ToList();
        leader.Stop();
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(durable, Stores(cluster).Select(LastOf));

        SetShort(cluster, isShort: false);
        cluster.RunUntil(() => cluster.Leader(1) is { } next && !next.Group(1).Status.IsOutOfSpace);
        cluster.Propose(cluster.Leader(1)!, 1, "after"); // not null: see the line before
    }

    [Fact]
    public void A_batch_that_finds_no_room_is_written_when_there_is_some()
    {
        var cluster = new HostCluster(1);
        cluster.Create(1);
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster[1].Log.Fault = new StorageFullException("no space left");
        var task = cluster[1].Group(1).ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask();
        cluster.Run(TimeSpan.FromSeconds(2));
        Assert.False(task.IsCompleted);
        cluster[1].Log.Fault = null;
        cluster.RunUntil(() => task.IsCompletedSuccessfully);
    }

    private static IEnumerable<HostUnderTest> Stores(HostCluster cluster) =>
        Enumerable.Range(1, 3).Select(number => cluster[number]);

    private static ulong LastOf(HostUnderTest store) => Assert.Single(store.Log.Recover().Groups).LastIndex;

    private static void SetShort(HostCluster cluster, bool isShort)
    {
        foreach (var store in Stores(cluster))
        {
            store.Log.MustSpareRoom = isShort;
        }
    }
}
