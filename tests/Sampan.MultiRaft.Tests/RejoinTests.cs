using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: a store that leaves a group and joins it again, in one life of its process, is asked and answered as a
/// stranger would be: what its former replica proposed is not taken for what its present one does (I-33).
/// </summary>
public sealed class RejoinTests
{
    [Fact]
    public void A_proposal_at_a_replica_that_joined_again_is_answered()
    {
        var cluster = new HostCluster(4);
        var leader = WithAFormerReplicaOnStore4(cluster);
        JoinAgain(cluster, leader);
        cluster.RunUntil(() => cluster[4].Machines.Count == 1 && cluster[4].Commands(1).Count == 6);

        var again = cluster.Propose(cluster[4], 1, "again");

        Assert.Equal(7, BitConverter.ToInt32(again.Result.Span));
    }

    [Fact]
    public void What_a_replica_that_joined_again_acknowledges_is_in_the_log()
    {
        var cluster = new HostCluster(4);
        var leader = WithAFormerReplicaOnStore4(cluster);
        JoinAgain(cluster, leader);
        // Its log arrives, but its disk is slow: what its former replica proposed is not applied again yet.
        cluster.RunUntil(() => cluster[4].Host.List().Count == 1);
        cluster[4].Runner.Hold("log-writer");
        cluster.RunUntil(() => cluster[4].Group(1).Status.Leader != ReplicaId.None);
        var mine = cluster[4].Group(1).ProposeAsync("mine"u8.ToArray(), CancellationToken.None).AsTask();
        cluster.Run(TimeSpan.FromMilliseconds(200));
        cluster[4].Runner.LetGo("log-writer");

        cluster.RunUntil(() => mine.IsCompleted);

        Assert.True(mine.IsCompletedSuccessfully, mine.Exception?.Message);
        Assert.Contains("mine", leader.Commands(1));
    }

    private static void JoinAgain(HostCluster cluster, HostUnderTest leader) => Change(
        cluster, leader, MembershipChange.AddLearner(new Member(new ReplicaId(5), new StoreId(4))));

    private static HostUnderTest WithAFormerReplicaOnStore4(HostCluster cluster)
    {
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        Change(cluster, leader, MembershipChange.AddLearner(new Member(new ReplicaId(4), new StoreId(4))));
        cluster.Propose(leader, 1, "before");
        cluster.RunUntil(() => cluster[4].Machines.Count == 1 && cluster[4].Commands(1).Count == 1);
        for (var i = 0; i < 5; i++)
        {
            cluster.Propose(cluster[4], 1, $"old {i}");
        }

        Change(cluster, leader, MembershipChange.Remove(new ReplicaId(4)));
        cluster.RunUntil(() => cluster[4].Host.List().Count == 0);
        cluster[4].Machines.Clear();
        return leader;
    }

    private static void Change(HostCluster cluster, HostUnderTest leader, MembershipChange change)
    {
        var task = leader.Group(1).ChangeMembershipAsync(change, CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully, task.Exception?.Message);
    }
}
