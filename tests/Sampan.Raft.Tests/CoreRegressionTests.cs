using Sampan.Model;
using Sampan.Raft.Events;
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
}
