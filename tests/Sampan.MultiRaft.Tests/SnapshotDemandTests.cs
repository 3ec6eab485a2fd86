using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: a snapshot that somebody needs or asks for is taken, and who is told that it is there finds it.
/// </summary>
public sealed class SnapshotDemandTests
{
    /// <summary>
    /// A follower without a usable snapshot asks for one at or above its log's base. The leader's newest is older, and
    /// nobody proposes anything.
    /// </summary>
    [Fact]
    public void A_snapshot_that_a_follower_asks_for_is_taken_on_an_idle_group()
    {
        var (cluster, leader, other) = Quiet();
        cluster.Fill(leader, 10);
        cluster.TakeSnapshot(other);
        cluster.Fill(leader, 10);
        cluster.TakeSnapshot(other);
        cluster.RunUntil(() => other.Group(1).Status.FirstIndex > 1);
        other.Stop();
        other.Snapshots.Damage();
        other.Start();
        cluster.RunUntil(() => other.Commands(1).Count == 20);
        Assert.Equal(1, leader.Snapshots.Taken);
    }

    [Fact]
    public void A_snapshot_that_cannot_be_read_any_more_is_taken_again()
    {
        var (cluster, leader, other) = Quiet();
        cluster.Fill(leader, 10);
        other.Stop();
        for (var i = 0; i < 2; i++)
        {
            cluster.Fill(leader, 10);
            cluster.TakeSnapshot(leader);
        }

        cluster.RunUntil(() => leader.Group(1).Status.FirstIndex > 1);
        leader.Snapshots.Damage();
        other.Start();
        cluster.RunUntil(() => other.Machines[new GroupId(1)].Installs == 1 && other.Commands(1).Count == 30);
        Assert.Equal(3, leader.Snapshots.Taken);
        // The same snapshot, marked once more, is not the older one of two.
        cluster.TakeSnapshot(leader);
        Assert.Equal(3, leader.Snapshots.Taken);
    }

    [Fact]
    public void A_request_for_a_snapshot_succeeds_only_if_it_is_there()
    {
        var cluster = new HostCluster(1, options => options with { SnapshotEntries = 0 });
        cluster.Create(1);
        cluster.Fill(cluster[1], 1);
        cluster[1].Snapshots.Fault = new StorageFullException("no space left");
        for (var i = 0; i < 2; i++)
        {
            var refused = cluster[1].Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
            cluster.Settle();
            Assert.Equal(RaftErrorCode.NoSpace, Assert.IsType<RaftException>(refused.Exception?.InnerException).Code);
        }

        cluster[1].Snapshots.Fault = null;
        cluster.TakeSnapshot(cluster[1]);
        Assert.Equal(1, cluster[1].Snapshots.Count);
        // There is nothing newer to take.
        cluster.TakeSnapshot(cluster[1]);
        Assert.Equal(1, cluster[1].Snapshots.Taken);
    }

    /// <summary>Who asks for a snapshot finds in it what was applied when he asked.</summary>
    [Fact]
    public void A_request_while_a_snapshot_is_written_is_answered_by_the_next_one()
    {
        var cluster = new HostCluster(1, options => options with { SnapshotEntries = 0 });
        cluster.Create(1);
        cluster.Fill(cluster[1], 1);
        cluster[1].Runner.Hold("snapshot-worker");
        var first = Request(cluster[1]);
        cluster.Fill(cluster[1], 1);
        Task[] others = [Request(cluster[1]), Request(cluster[1])];
        cluster.Settle();
        cluster[1].Runner.LetGo("snapshot-worker");
        cluster.RunUntil(() => first.IsCompletedSuccessfully && Array.TrueForAll(others, task => task.IsCompleted));
        Assert.All(others, task => Assert.True(task.IsCompletedSuccessfully));
        Assert.Equal(2, cluster[1].Snapshots.Taken);
    }

    /// <summary>A durable machine may stand where no snapshot is.</summary>
    [Fact]
    public void A_store_that_starts_with_a_durable_machine_knows_that_it_has_no_snapshot()
    {
        var cluster = new HostCluster(1, options => options with { SnapshotEntries = 0 });
        cluster.Create(1);
        cluster.Fill(cluster[1], 3);
        var status = cluster[1].Group(1).Status;
        cluster[1].Stop();
        cluster[1].Durable = (["x", "x", "x"], status.LastIndex);
        cluster[1].Start();
        cluster.TakeSnapshot(cluster[1]);
        Assert.Equal(1, cluster[1].Snapshots.Count);
    }

    /// <summary>
    /// A group's snapshot found no room; before it is tried again the group fails, or is gone. The alarm that refuses
    /// proposals of all groups ends all the same.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_full_disk_counts_as_one_with_room_when_nobody_needs_any(bool fails)
    {
        var cluster = new HostCluster(3, options => options with { SnapshotEntries = 0 });
        cluster.CreateOn(1, 1, 2, 3);
        cluster.CreateOn(2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        if (leader == cluster[3])
        {
            cluster.Transfer(leader, cluster[1]);
            leader = cluster[1];
        }

        cluster.Fill(leader, 5);
        cluster.RunUntil(() => cluster[3].Commands(1).Count == 5);
        cluster[3].Snapshots.Fault = new StorageFullException("no space left");
        _ = Request(cluster[3]);
        cluster.Settle();
        cluster[3].Snapshots.Fault = null;
        Assert.Throws<RaftException>(() => cluster.Propose(cluster[3], 2, "refused"));
        if (fails)
        {
            _ = leader.Group(1).ProposeAsync(Encoding.UTF8.GetBytes("throw"), CancellationToken.None).AsTask();
            cluster.RunUntil(() => cluster[3].Group(1).Status.Failure is not null);
        }
        else
        {
            cluster.Change(leader, MembershipChange.Remove(new ReplicaId(3)));
            cluster.RunUntil(() => cluster[3].Host.List().Count == 1);
        }

        cluster.Run(TimeSpan.FromSeconds(11));
        cluster.Propose(cluster[3], 2, "fine");
    }

    private static (HostCluster Cluster, HostUnderTest Leader, HostUnderTest Other) Quiet()
    {
        var cluster = new HostCluster(3, options => options with { SnapshotEntries = 0, CompactionMarginEntries = 0 });
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        return (cluster, leader, cluster[leader.Store.Value == 3 ? 2 : 3]);
    }

    private static Task Request(HostUnderTest at) =>
        at.Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
}
