using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>What tests do with a cluster again and again. The group is 1 where none is named.</summary>
internal static class ClusterSteps
{
    /// <summary>Proposes some commands, one after the other.</summary>
    public static void Fill(this HostCluster cluster, HostUnderTest at, int count, string command = "x")
    {
        for (var i = 0; i < count; i++)
        {
            cluster.Propose(at, 1, command);
        }
    }

    /// <summary>Changes the members.</summary>
    public static void Change(this HostCluster cluster, HostUnderTest leader, MembershipChange change)
    {
        var task = leader.Group(1).ChangeMembershipAsync(change, CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully, task.Exception?.InnerException?.Message);
    }

    /// <summary>Adds a learner on a store, which gets a replica of this id and catches up.</summary>
    public static void Join(this HostCluster cluster, HostUnderTest leader, int store, ulong replica)
    {
        var member = new Member(new ReplicaId(replica), new StoreId((ulong)store));
        cluster.Change(leader, MembershipChange.AddLearner(member));
        cluster.RunUntil(() => cluster[store].Machines.ContainsKey(new GroupId(1))
            && cluster[store].Group(1).Status.Replica == member.Replica
            && cluster[store].Commands(1).Count == leader.Commands(1).Count);
    }

    /// <summary>Takes a snapshot, which is on disk afterwards.</summary>
    public static void TakeSnapshot(this HostCluster cluster, HostUnderTest at, ulong group = 1)
    {
        var task = at.Group(group).TakeSnapshotAsync(CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully, task.Exception?.InnerException?.Message);
        cluster.Settle();
    }

    /// <summary>Hands leadership over.</summary>
    public static void Transfer(this HostCluster cluster, HostUnderTest from, HostUnderTest to, ulong group = 1)
    {
        var task = from.Group(group)
            .TransferLeadershipAsync(new ReplicaId(to.Store.Value), CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted && cluster.Leader(group) == to);
        Assert.True(task.IsCompletedSuccessfully);
    }

    /// <summary>
    /// Three stores of a group. One of them, which does not lead, is stopped, and can be served only by a snapshot when
    /// it starts again.
    /// </summary>
    public static (HostCluster Cluster, HostUnderTest Leader, HostUnderTest Away) Lagging(
        string command = "x", Func<StoreOptions, StoreOptions>? configure = null)
    {
        var cluster = new HostCluster(3, options => (configure ?? (same => same))(options with
        {
            SnapshotEntries = 20,
            SnapshotGrowthPercent = 0,
            CompactionMarginEntries = 5,
            SnapshotStallElectionTimeouts = 5,
        }));
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var away = cluster[leader.Store.Value == 3 ? 2 : 3];
        away.Stop();
        cluster.Fill(leader, 100, command);
        cluster.RunUntil(() => leader.Group(1).Status.FirstIndex > 20);
        return (cluster, leader, away);
    }
}
