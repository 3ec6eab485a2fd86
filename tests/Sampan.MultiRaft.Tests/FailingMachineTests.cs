using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: whatever a user's state machine throws, and wherever, ends that group on that store, or a read alone, and
/// never another group; and what the store's own disk throws is not taken for it.
/// </summary>
public sealed class FailingMachineTests
{
    private static readonly InvalidOperationException _thrown = new("the test said so");

    [Fact]
    public void A_read_that_throws_fails_alone()
    {
        var cluster = TwoGroups();
        cluster[1].Machines[new GroupId(1)].OnRead = query =>
        {
            if (query == "throw")
            {
                throw _thrown;
            }
        };
        Task<ReadResult>[] reads = [Read(cluster, "throw"), Read(cluster, "good")];
        cluster.RunUntil(() => Array.TrueForAll(reads, read => read.IsCompleted));
        var failure = Assert.IsType<RaftException>(reads[0].Exception?.InnerException);
        Assert.Equal((RaftErrorCode.ReadFailed, RequestOutcome.NotApplied), (failure.Code, failure.Outcome));
        Assert.Contains("the test said so", failure.Message, StringComparison.Ordinal);
        Assert.True(reads[1].IsCompletedSuccessfully);
        cluster.Propose(cluster[1], 1, "fine");
    }

    [Fact]
    public void A_state_that_cannot_be_frozen_stops_its_group()
    {
        var cluster = TwoGroups();
        cluster[1].Machines[new GroupId(1)].OnFreeze = () => throw _thrown;
        AssertSnapshotStops(cluster);
    }

    [Fact]
    public void A_state_that_cannot_be_written_stops_its_group()
    {
        var cluster = TwoGroups();
        cluster[1].Machines[new GroupId(1)].OnWrite = () => throw _thrown;
        AssertSnapshotStops(cluster);
        Assert.Equal(0, cluster[1].Snapshots.Count);
    }

    [Fact]
    public void A_snapshot_that_cannot_be_installed_stops_its_group_and_no_more_is_sent()
    {
        var (cluster, _, away) = ClusterSteps.Lagging();
        away.Start();
        away.Machines[new GroupId(1)].OnInstall = () => throw _thrown;
        cluster.RunUntil(() => away.Group(1).Status.Failure is not null);
        Assert.Contains("was to install", away.Group(1).Status.Failure, StringComparison.Ordinal);
        var offers = 0;
        cluster.Network.Tap = (to, message) =>
        {
            offers += message.Snapshot is not null ? 1 : 0;
            return message;
        };
        cluster.Run(TimeSpan.FromSeconds(20));
        Assert.Equal(0, offers);
        Assert.Contains(away.Remarks, remark => remark.Contains("group 1 is stopped", StringComparison.Ordinal));
    }

    [Fact]
    public void A_snapshot_that_cannot_be_installed_at_the_start_stops_its_group()
    {
        var cluster = TwoGroups();
        cluster.TakeSnapshot(cluster[1]);
        cluster[1].Stop();
        cluster[1].InstallFault = _thrown;
        cluster[1].Start();
        AssertOnlyFirstStopped(cluster);
    }

    [Fact]
    public void A_machine_that_cannot_be_made_stops_its_group()
    {
        var cluster = new HostCluster(1);
        cluster.Create(2);
        cluster[1].MachineFaults[new GroupId(1)] = _thrown;
        cluster.Bootstrap(1, Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []), 1);
        AssertOnlyFirstStopped(cluster);
        cluster[1].Stop();
        cluster[1].Start();
        AssertOnlyFirstStopped(cluster);
        cluster[1].Stop();
        cluster[1].MachineFaults.Clear();
        cluster[1].Start();
        cluster.RunUntil(() => cluster.Leader(1) is not null && cluster.Leader(2) is not null);
        cluster.Propose(cluster[1], 1, "fine");
    }

    /// <summary>A machine that is given the disk's failure may catch it, and then knows half of its state.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_disk_throws_at_an_install_stops_the_store(bool isCaught)
    {
        var (cluster, _, away) = ClusterSteps.Lagging();
        away.Start();
        away.Machines[new GroupId(1)].CatchesAtInstall = isCaught;
        away.Snapshots.ReadFault = new IOException("input/output error");
        Assert.Throws<IOException>(() => cluster.Run(TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_disk_that_is_full_when_a_snapshot_is_written_stops_no_group(bool isCaught)
    {
        var cluster = TwoGroups();
        cluster[1].Machines[new GroupId(1)].CatchesAtWrite = isCaught;
        cluster[1].Snapshots.WriteFault = new StorageFullException("no space left");
        var task = cluster[1].Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.Equal(RaftErrorCode.NoSpace, Assert.IsType<RaftException>(task.Exception?.InnerException).Code);
        cluster[1].Snapshots.WriteFault = null;
        cluster.RunUntil(() => cluster[1].Snapshots.Count == 1);
        cluster.Propose(cluster[1], 1, "fine");
    }

    [Fact]
    public void What_the_disk_throws_when_a_snapshot_is_written_stops_the_store()
    {
        var cluster = TwoGroups();
        cluster[1].Snapshots.WriteFault = new IOException("input/output error");
        _ = cluster[1].Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
        Assert.Throws<IOException>(cluster.Settle);
    }

    private static HostCluster TwoGroups()
    {
        var cluster = new HostCluster(1, options => options with { SnapshotEntries = 0 });
        cluster.Create(1);
        cluster.Create(2);
        cluster.Propose(cluster[1], 1, "x");
        return cluster;
    }

    private static Task<ReadResult> Read(HostCluster cluster, string query) => cluster[1].Group(1)
        .ReadAsync(Encoding.UTF8.GetBytes(query), ReadConsistency.Linearizable, CancellationToken.None).AsTask();

    private static void AssertSnapshotStops(HostCluster cluster)
    {
        var task = cluster[1].Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.Equal(RaftErrorCode.Poisoned, Assert.IsType<RaftException>(task.Exception?.InnerException).Code);
        AssertOnlyFirstStopped(cluster);
    }

    private static void AssertOnlyFirstStopped(HostCluster cluster)
    {
        cluster.RunUntil(() => cluster[1].Group(1).Status.Failure is not null);
        Assert.Contains("the test said so", cluster[1].Group(1).Status.Failure, StringComparison.Ordinal);
        Assert.Contains(cluster[1].Remarks, remark => remark.Contains("group 1 is stopped", StringComparison.Ordinal));
        cluster.RunUntil(() => cluster[1].Group(2).Status.IsLeader);
        cluster.Propose(cluster[1], 2, "fine");
    }
}
