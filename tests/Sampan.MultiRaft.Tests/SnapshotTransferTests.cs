using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: whatever comes in the place of a snapshot's next part, the transfer ends, nothing of it stays open, and the
/// next one succeeds.
/// </summary>
public sealed class SnapshotTransferTests
{
    [Theory]
    [InlineData(-1, 0, 0)]
    [InlineData(1, 0, 0)]
    [InlineData(int.MaxValue, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, -1, 0)]
    [InlineData(0, long.MaxValue, 0)]
    [InlineData(0, 0, 1)]
    public void A_chunk_out_of_its_place_ends_the_transfer(int file, long offset, int more)
    {
        var (cluster, away) = Lagging();
        var aborts = Rewrite(cluster, away, SnapshotFrameKind.Chunk, frame => new SnapshotFrame
        {
            Kind = frame.Kind,
            Group = frame.Group,
            Transfer = frame.Transfer,
            File = file,
            OffsetBytes = offset,
            Bytes = new byte[frame.Bytes.Length + more],
        });
        CatchUp(cluster, away);
        // What is of the right place and too long is found out after its file was begun.
        var place = $"came where file {(more > 0 ? 0 : -1)} at 0 goes on";
        Assert.Contains(place, Assert.Single(aborts), StringComparison.Ordinal);
    }

    [Fact]
    public void An_offer_whose_manifest_is_another_snapshots_is_refused()
    {
        var (cluster, away) = Lagging();
        var aborts = Rewrite(cluster, away, SnapshotFrameKind.Offer, frame => new SnapshotFrame
        {
            Kind = frame.Kind,
            Group = frame.Group,
            Transfer = frame.Transfer,
            Message = frame.Message,
            Manifest = BitConverter.GetBytes(0),
        });
        CatchUp(cluster, away);
        Assert.Contains("manifest describes", Assert.Single(aborts), StringComparison.Ordinal);
    }

    [Fact]
    public void An_offer_that_names_no_snapshot_ends_its_stream()
    {
        var (cluster, away) = Lagging();
        Rewrite(cluster, away, SnapshotFrameKind.Offer, frame => new SnapshotFrame
        {
            Kind = frame.Kind,
            Group = frame.Group,
            Transfer = frame.Transfer,
            Manifest = frame.Manifest,
        });
        CatchUp(cluster, away);
        Assert.Contains("no snapshot", Assert.Single(away.Transport.Expelled).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_without_files_completes()
    {
        var (cluster, away) = Lagging(command: "clear");
        cluster.RunUntil(() => away.Machines.Count == 1 && away.Machines[new GroupId(1)].Installs == 1);
        cluster.Propose(cluster[1], 1, "x");
        cluster.RunUntil(() => away.Commands(1).Count == 1);
        Assert.Equal(0, away.Snapshots.OpenSinks);
    }

    [Theory]
    [InlineData("clear")]
    [InlineData("x")]
    public void A_snapshot_that_is_not_what_its_manifest_says_is_given_up(string command)
    {
        var (cluster, away) = Lagging(command);
        var aborts = new List<string>();
        cluster.Network.Tap = (_, message) =>
        {
            if (message.Snapshot is { Kind: SnapshotFrameKind.Abort } abort)
            {
                aborts.Add(abort.Reason);
                Assert.Equal(0, away.Snapshots.OpenSinks);
                away.Snapshots.CommitFault = null;
            }

            return message;
        };
        away.Snapshots.CommitFault = new StorageDamagedException("a check sum is wrong");
        cluster.RunUntil(() => away.Machines.Count == 1 && away.Machines[new GroupId(1)].Installs == 1);
        Assert.Equal("a check sum is wrong", Assert.Single(aborts));
        Assert.Equal(0, away.Snapshots.OpenSinks);
    }

    [Fact]
    public void A_replica_that_is_removed_leaves_no_transfer_behind()
    {
        var (cluster, away) = Lagging();
        var aborts = new List<string>();
        cluster.Network.Tap = (_, message) =>
        {
            if (message.Snapshot is { Kind: SnapshotFrameKind.Abort } abort)
            {
                aborts.Add(abort.Reason);
            }

            return message.Snapshot is { Kind: SnapshotFrameKind.Chunk } ? null : message;
        };
        cluster.RunUntil(() => away.Snapshots.OpenSinks == 1);
        var leader = cluster.Leader(1)!; // The others have one.
        var removal = MembershipChange.Remove(new ReplicaId(away.Store.Value));
        var task = leader.Group(1).ChangeMembershipAsync(removal, CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted && away.Host.List().Count == 0 && away.Snapshots.OpenSinks == 0);
        // Each side tells the other, whichever hears of it first.
        Assert.Contains(aborts, reason => reason.Contains("gave it up", StringComparison.Ordinal)
            || reason.Contains("was removed", StringComparison.Ordinal));
        cluster.Propose(leader, 1, "after");
    }

    /// <summary>
    /// A snapshot becomes complete when the tombstone of its group is on the way: a mark behind that one would be of
    /// nobody.
    /// </summary>
    [Fact]
    public void A_snapshot_that_is_being_written_ends_before_its_group_does()
    {
        var cluster = new HostCluster(4);
        cluster.CreateOn(1, 1, 2, 3, 4);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        var leaving = cluster[leader.Store.Value == 4 ? 3 : 4];
        cluster.Propose(leader, 1, "x");
        cluster.RunUntil(() => leaving.Commands(1).Count == 1);
        leaving.Runner.Hold("snapshot-worker");
        var snapshot = leaving.Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
        cluster.Settle();
        leaving.Runner.Hold("log-writer");
        var removal = MembershipChange.Remove(new ReplicaId(leaving.Store.Value));
        var change = leader.Group(1).ChangeMembershipAsync(removal, CancellationToken.None).AsTask();
        cluster.RunUntil(() => change.IsCompleted && leaving.Group(1).Status.Failure is not null);
        leaving.Runner.LetGo("snapshot-worker");
        cluster.Settle();
        leaving.Runner.LetGo("log-writer");
        cluster.RunUntil(() => snapshot.IsCompleted && leaving.Host.List().Count == 0);
        Assert.Equal(0, leaving.Snapshots.Count);
    }

    /// <summary>
    /// A leader reads from its disk for a follower, loses its place and wins it again, and reads again.
    /// </summary>
    [Fact]
    public void A_second_read_for_a_follower_beside_the_first_one_does_no_harm()
    {
        var cluster = new HostCluster(3, options => options with { EntryCacheBytesMax = 1 });
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        var away = cluster[leader.Store.Value == 3 ? 2 : 3];
        away.Stop();
        Enumerable.Range(0, 50).ToList().ForEach(i => cluster.Propose(leader, 1, $"{i}"));
        Array.ForEach([1, 2, 3], i => cluster[i].Runner.Hold("log-reader"));
        away.Start();
        cluster.Run(TimeSpan.FromSeconds(1));
        for (var round = 0; round < 2; round++)
        {
            var other = cluster[Enumerable.Range(1, 3).First(i => cluster[i] != leader && cluster[i] != away)];
            Transfer(cluster, leader, other);
            Transfer(cluster, other, leader);
            cluster.Run(TimeSpan.FromSeconds(1));
        }

        Assert.True(away.Commands(1).Count < 50);
        Array.ForEach([1, 2, 3], i => cluster[i].Runner.LetGo("log-reader"));
        cluster.RunUntil(() => away.Commands(1).Count == 50);
        Assert.Equal(leader.Commands(1), away.Commands(1));
    }

    /// <summary>
    /// A replica that starts again reads its log for its state machine; meanwhile a snapshot takes that log's place.
    /// </summary>
    [Fact]
    public void A_log_that_is_replaced_while_it_is_replayed_is_replayed_no_further()
    {
        var cluster = new HostCluster(
            3,
            options => options with
            {
                SnapshotEntries = options.Store.Value == 3 ? 0UL : 20,
                CompactionMarginEntries = 0,
            });
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        Enumerable.Range(0, 30).ToList().ForEach(i => cluster.Propose(leader, 1, $"{i}"));
        cluster.RunUntil(() => cluster[3].Commands(1).Count == 30);
        cluster[3].Stop();
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        Enumerable.Range(30, 100).ToList().ForEach(i => cluster.Propose(cluster[1], 1, $"{i}"));
        cluster.RunUntil(() => Enumerable.Range(1, 2).All(i => cluster[i].Group(1).Status.FirstIndex > 60));
        cluster[3].Start();
        cluster[3].Runner.Hold("log-reader");
        cluster.RunUntil(() => cluster[3].Snapshots.Count == 1);
        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[3].Runner.LetGo("log-reader");
        cluster.RunUntil(() => cluster[3].Commands(1).Count == 130);
        Assert.Equal(cluster[1].Commands(1), cluster[3].Commands(1));
        Assert.Equal(1, cluster[3].Machines[new GroupId(1)].Installs);
        Assert.Equal(130, cluster.ReadCount(cluster[3], 1));
    }

    // A store that was away, has just started again, and can only be served by a snapshot.
    private static (HostCluster Cluster, HostUnderTest Away) Lagging(string command = "x")
    {
        var cluster = new HostCluster(3, options => options with { SnapshotEntries = 20, CompactionMarginEntries = 5 });
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var away = cluster[leader.Store.Value == 3 ? 2 : 3];
        away.Stop();
        for (var i = 0; i < 100; i++)
        {
            cluster.Propose(leader, 1, command);
        }

        cluster.RunUntil(() => leader.Group(1).Status.FirstIndex > 20);
        away.Start();
        return (cluster, away);
    }

    // The first frame of a kind becomes another one; returns the reasons of all aborts.
    private static List<string> Rewrite(
        HostCluster cluster, HostUnderTest away, SnapshotFrameKind kind, Func<SnapshotFrame, SnapshotFrame> rewritten)
    {
        var aborts = new List<string>();
        var isDone = false;
        cluster.Network.Tap = (to, message) =>
        {
            if (message.Snapshot is { Kind: SnapshotFrameKind.Abort } abort)
            {
                aborts.Add(abort.Reason);
            }

            if (isDone || to != away.Store || message.Snapshot is not { } frame || frame.Kind != kind)
            {
                return message;
            }

            isDone = true;
            return StoreMessage.Of(rewritten(frame));
        };
        return aborts;
    }

    private static void CatchUp(HostCluster cluster, HostUnderTest away)
    {
        cluster.RunUntil(() => away.Commands(1).Count == 100);
        Assert.Equal(1, away.Machines[new GroupId(1)].Installs);
        Assert.Equal(0, away.Snapshots.OpenSinks);
    }

    private static void Transfer(HostCluster cluster, HostUnderTest from, HostUnderTest to)
    {
        var task = from.Group(1)
            .TransferLeadershipAsync(new ReplicaId(to.Store.Value), CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted && cluster.Leader(1) == to);
        Assert.True(task.IsCompletedSuccessfully);
    }
}
