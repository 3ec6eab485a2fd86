using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Progress;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests;

/// <summary>One test a defect of the core, smallest story that shows it.</summary>
public sealed class CoreRegressionTests
{
    [Fact]
    public void AFollowerThatAcknowledgedEverythingIsNotSentAnEmptyAppend()
    {
        // The answer to a heartbeat overtakes the acknowledgement of an append; both are in the mailbox of one round.
        var cluster = new Cluster(3, new ClusterOptions { ProcessesReady = false });
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Do(1, "heartbeat", (core, now) => core.SendHeartbeats(now));
        cluster.Finish();
        cluster.DeliverOnce();
        cluster.Finish();
        cluster.DeliverOnce();
        cluster.Finish();
        Assert.Equal(2UL, cluster[1].Status.HardState.Commit);
        Assert.DoesNotContain(
            cluster.Network.Waiting(1, 2),
            parcel => parcel.Message is { Kind: MessageKind.Append, Entries.Count: 0 });
    }

    [Fact]
    public void AReadThatWaitsForARoundEndsWhenAChangeLeavesTheLeaderAlone()
    {
        var cluster = new Cluster(2);
        cluster.Elect(1);
        cluster.ReadIndex(1, out var ticket);
        cluster.DropAll();
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(2)));
        cluster.Stabilize();
        Assert.Equal("voters=(1)", cluster[1].Status.Configuration.Configuration.ToString());
        Assert.Equal(new ReadState(ticket, ReadOutcome.Confirmed, 1), Assert.Single(cluster[1].Reads));
    }

    [Fact]
    public void ALeaderThatIsRemovedWhileItHandsOverGoesOnHandingOver()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(1)));
        Assert.Equal(TransferStatus.Started, cluster.Transfer(1, 3));
        cluster.Stabilize();
        Assert.Equal(Role.Leader, cluster[3].Status.Role);
        Assert.Equal("voters=(2 3)", cluster[3].Status.Configuration.Configuration.ToString());
    }

    [Fact]
    public void AFollowerThatNeedsASnapshotIsFedUntilThereIsOne()
    {
        // The leader cannot commit, hence not take a snapshot, without the acknowledgements of the one that needs it.
        var cluster = new Cluster(2);
        cluster[1].FlushesApplied = false;
        cluster.Elect(1);
        cluster.Propose(1, "a");
        cluster.Propose(1, "b");
        cluster.Stabilize();
        Assert.True(cluster[2].TakeSnapshot());
        Assert.True(cluster[2].Compact(4));
        cluster.Propose(1, "c");
        cluster.DropAll();
        cluster.Crash(1);
        cluster.Crash(2);
        cluster[2].LoseSnapshots();
        cluster.Restart(1);
        cluster.Restart(2, needSnapshotIndex: 3);
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.Equal(Role.Leader, cluster[1].Status.Role);
        Assert.Equal(cluster[1].Status.LastIndex, cluster[1].Status.HardState.Commit);
        Assert.Contains(cluster[1].Status.Progress, member => member.State == ProgressState.Snapshot);
        Assert.True(cluster[1].TakeSnapshot());
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(cluster[1].Status.LastIndex, cluster[2].Status.AppliedIndex);
    }
}
