using Sampan.Model;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Membership;

/// <summary>
/// Purpose: who is removed while he is there learns of it at once, and a leader that is removed leaves nobody behind
/// who does not know what is committed.
/// </summary>
public sealed class RemovalTests
{
    [Fact]
    public void A_removed_member_reads_of_its_removal_in_its_own_log()
    {
        var cluster = new Cluster(3);
        cluster.Elect(1);

        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(3)));
        cluster.Stabilize();

        Assert.True(cluster[3].Core.IsRemoved);
        Assert.Equal("voters=(1 2)", cluster[3].Status.Configuration.Configuration.ToString());
        Assert.Equal(cluster[1].Status.HardState.Commit, cluster[3].Status.HardState.Commit);
        Assert.Equal([1UL, 2UL], cluster[1].Status.Progress.Select(member => member.Replica.Value));
    }

    [Fact]
    public void A_new_leader_also_serves_the_members_that_an_uncommitted_change_removes()
    {
        var cluster = new Cluster(3, new ClusterOptions { Protocol = new ProtocolOptions { AlwaysJoint = false } });
        cluster.Elect(1);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(3)));
        cluster.DeliverOnce();
        cluster.DropAll();
        foreach (var id in cluster.Ids.ToArray())
        {
            // The old leader hears from nobody and the others no more from it.
            cluster.AdvanceClock(id, TimeSpan.FromSeconds(1));
            cluster.DropAll();
        }

        cluster.Campaign(2);
        cluster.Stabilize();

        Assert.Equal(2UL, cluster.Leader()?.Id.Value);
        Assert.True(cluster[3].Core.IsRemoved);
    }

    [Fact]
    public void A_removed_leader_tells_its_commit_index_also_where_answers_are_missing()
    {
        var cluster = new Cluster(4);
        cluster.Elect(1);
        cluster.ProposeChange(1, MembershipChange.Remove(new ReplicaId(1)));
        cluster.Network.Cut(4, 1);
        // Its successor never hears that it is to lead.
        cluster.Network.Holds = message => message.Kind == MessageKind.TimeoutNow;
        while (cluster[1].Status.Role == Role.Leader)
        {
            cluster.Stabilize();
            cluster.Advance(TimeSpan.FromMilliseconds(10));
        }

        cluster.Finish();
        cluster.DropAll(1, 2);
        cluster.DropAll(1, 3);
        while (cluster.Deliver(1, 4))
        {
        }

        Assert.Equal(cluster[1].Status.HardState.Commit, cluster[4].Status.HardState.Commit);
        Assert.Equal("voters=(2 3 4)", cluster[4].Status.Configuration.Configuration.ToString());
    }
}
