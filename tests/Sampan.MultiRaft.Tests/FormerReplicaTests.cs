using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: a replica that was removed, whatever kept it from hearing of it, learns of it and makes room for the next
/// one of its group on its store; and no single word is enough for that (A11, C14, C17).
/// </summary>
public sealed class FormerReplicaTests
{
    /// <summary>
    /// It was removed before it had received a single entry, so it knows no member whom it could ask.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_that_never_had_a_log_makes_room(bool restarts)
    {
        var (cluster, leader) = Three();
        AddLearner(cluster, leader, replica: 4);
        cluster.RunUntil(() => cluster[4].Host.List().Count == 1);
        cluster.Change(leader, MembershipChange.Remove(new ReplicaId(4)));
        cluster.Run(TimeSpan.FromSeconds(5));
        if (restarts)
        {
            cluster[4].Stop();
            cluster[4].Start();
            cluster.Run(TimeSpan.FromSeconds(5));
        }

        cluster.Join(leader, store: 4, replica: 5);
        Assert.Equal([new GroupId(1)], cluster[4].Deleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void One_that_was_away_learns_that_it_was_removed(bool isVoter)
    {
        var (cluster, leader) = Three();
        cluster.Join(leader, store: 4, replica: 4);
        if (isVoter)
        {
            cluster.Change(leader, MembershipChange.AddVoter(new Member(new ReplicaId(4), new StoreId(4))));
            cluster.Run(TimeSpan.FromSeconds(1));
        }

        cluster.Network.Cut(new StoreId(4));
        cluster.Change(leader, MembershipChange.Remove(new ReplicaId(4)));
        cluster.Run(TimeSpan.FromSeconds(5));
        cluster.Network.Heal(new StoreId(4));
        cluster.RunUntil(() => cluster[4].Host.List().Count == 0);
    }

    /// <summary>One whose state machine failed is removed for that very reason, and is deaf to all else.</summary>
    [Fact]
    public void One_that_failed_makes_room()
    {
        var (cluster, leader) = Three();
        cluster.Join(leader, store: 4, replica: 4);
        cluster[4].Machines[new GroupId(1)].OnFreeze = () => throw new InvalidOperationException("the test said so");
        _ = cluster[4].Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
        cluster.RunUntil(() => cluster[4].Group(1).Status.Failure is not null);
        cluster.Change(leader, MembershipChange.Remove(new ReplicaId(4)));
        cluster.Run(TimeSpan.FromSeconds(5));
        cluster.Join(leader, store: 4, replica: 5);
        Assert.Null(cluster[4].Group(1).Status.Failure);
    }

    /// <summary>
    /// The leader alone says so: it may be one that a minority follows, and its next configuration come to nothing.
    /// </summary>
    [Fact]
    public void The_word_of_one_member_ends_nothing()
    {
        var (cluster, leader) = Three();
        cluster.Join(leader, store: 4, replica: 4);
        Array.ForEach([1, 2, 3], other => PartUnless(cluster, leader, other));
        cluster.Network.Part(4, (int)leader.Store.Value);
        cluster.Change(leader, MembershipChange.Remove(new ReplicaId(4)));
        AddLearner(cluster, leader, replica: 5);
        cluster.Network.HealAll();
        Array.ForEach([1, 2, 3], other => PartUnless(cluster, leader, other));
        cluster.Run(TimeSpan.FromSeconds(30));
        Assert.Equal(new ReplicaId(4), Assert.Single(cluster[4].Host.List()).Status.Replica);
        cluster.Network.HealAll();
        cluster.RunUntil(() => cluster[4].Machines.ContainsKey(new GroupId(1))
            && cluster[4].Group(1).Status.Replica == new ReplicaId(5));
    }

    /// <summary>
    /// What a state machine left on disk goes behind the tombstone, and before the next replica has one.
    /// </summary>
    [Fact]
    public void Its_state_machine_is_deleted_before_the_next_one_is_made()
    {
        var (cluster, leader) = Three();
        cluster.Join(leader, store: 4, replica: 4);
        cluster[4].Durable = (["old"], 2);
        cluster[4].Runner.Hold("apply-worker");
        cluster.Change(leader, MembershipChange.Remove(new ReplicaId(4)));
        AddLearner(cluster, leader, replica: 5);
        cluster.Run(TimeSpan.FromSeconds(3));
        Assert.Empty(cluster[4].Host.List());
        Assert.Empty(cluster[4].Deleted);
        cluster[4].Runner.LetGo("apply-worker");
        cluster.RunUntil(() => cluster[4].Machines.ContainsKey(new GroupId(1)) && cluster[4].Commands(1).Count == 1);
        Assert.Equal([new GroupId(1)], cluster[4].Deleted);
    }

    /// <summary>A bootstrap that comes while a former replica goes waits for that.</summary>
    [Fact]
    public void A_bootstrap_waits_until_it_is_gone()
    {
        var (cluster, leader) = Three();
        cluster.Join(leader, store: 4, replica: 4);
        cluster[4].Runner.Hold("apply-worker");
        cluster.Change(leader, MembershipChange.Remove(new ReplicaId(4)));
        cluster.RunUntil(() => cluster[4].Host.List().Count == 0);
        var initial = Configuration.Of([new Member(new ReplicaId(9), new StoreId(4))], []);
        var created = cluster[4].Host.CreateAsync(new GroupId(1), initial, CancellationToken.None).AsTask();
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.False(created.IsCompleted);
        cluster[4].Runner.LetGo("apply-worker");
        cluster.RunUntil(() => created.IsCompletedSuccessfully);
        Assert.Equal(new ReplicaId(9), Assert.Single(cluster[4].Host.List()).Status.Replica);
    }

    /// <summary>What waits here may be older than what is known of its sender by now (ADR 0014).</summary>
    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 0)]
    public void A_message_of_a_former_life_makes_no_replica(bool restarts, int replicas)
    {
        var cluster = new HostCluster(2);
        // Who holds a replica tells the other on which side of recoveries it stands.
        cluster.CreateOn(9, 1);
        cluster[2].Runner.Hold("group-0");
        cluster.Network.Inject(new StoreId(1), new StoreId(2), StoreMessage.Of(new Message
        {
            Kind = MessageKind.Heartbeat,
            Group = new GroupId(1),
            From = new ReplicaId(1),
            To = new ReplicaId(2),
            Term = 1,
        }));
        if (restarts)
        {
            cluster[1].Stop();
            cluster[1].Start();
        }

        cluster.Run(TimeSpan.FromSeconds(1));
        cluster[2].Runner.LetGo("group-0");
        cluster.Settle();
        Assert.Equal(replicas, cluster[2].Host.List().Count);
    }

    /// <summary>The process ends between the tombstone and the deletion.</summary>
    [Fact]
    public void What_is_left_of_it_is_deleted_at_the_next_start()
    {
        var (cluster, leader) = Three();
        cluster.Join(leader, store: 4, replica: 4);
        cluster.TakeSnapshot(cluster[4]);
        cluster[4].MachineFaults[new GroupId(1)] = new IOException("it is busy");
        cluster[4].Runner.Hold("snapshot-worker");
        var removal = leader.Group(1)
            .ChangeMembershipAsync(MembershipChange.Remove(new ReplicaId(4)), CancellationToken.None).AsTask();
        cluster.RunUntil(() => removal.IsCompleted && cluster[4].Group(1).Status.Failure is not null);
        // The tombstone is written, and nothing behind it.
        cluster[4].Runner.Hold("apply-worker");
        cluster[4].Runner.LetGo("snapshot-worker");
        cluster[4].Runner.RunDue();
        cluster[4].Runner.Hold("snapshot-worker");
        cluster.RunUntil(() => cluster[4].Host.List().Count == 0);
        Assert.Equal(1, cluster[4].Snapshots.Count);
        cluster[4].Stop();
        cluster[4].Start();
        Assert.Equal(0, cluster[4].Snapshots.Count);
        Assert.Contains(
            cluster[4].Remarks, remark => remark.Contains("could not be deleted", StringComparison.Ordinal));
        cluster[4].Stop();
        cluster[4].MachineFaults.Clear();
        cluster[4].Start();
        Assert.Equal([new GroupId(1)], cluster[4].Deleted);
    }

    /// <summary>
    /// What lies there without any tombstone is nobody's that the log knows: it is not deleted, and its group is
    /// stopped on this store, now and at every start. Others are not.
    /// </summary>
    [Fact]
    public void A_machine_with_a_state_that_no_tombstone_explains_stops_its_group_only()
    {
        var (cluster, leader) = Three();
        cluster.CreateOn(2, 4);
        cluster[4].Durable = (["old"], 2);
        cluster[4].DurableGroup = new GroupId(1);
        AddLearner(cluster, leader, replica: 4);
        for (var i = 0; i < 2; i++)
        {
            cluster.RunUntil(() => cluster[4].Host.List().Count == 2);
            Assert.Contains("its replica is new", cluster[4].Group(1).Status.Failure, StringComparison.Ordinal);
            Assert.Empty(cluster[4].Deleted);
            cluster[4].Stop();
            cluster[4].Start();
        }

        cluster.RunUntil(() => cluster[4].Group(2).Status.IsLeader);
        cluster.Propose(cluster[4], 2, "fine");
    }

    private static (HostCluster Cluster, HostUnderTest Leader) Three()
    {
        var cluster = new HostCluster(4);
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        cluster.Propose(leader, 1, "x");
        return (cluster, leader);
    }

    private static void AddLearner(HostCluster cluster, HostUnderTest leader, ulong replica) =>
        cluster.Change(leader, MembershipChange.AddLearner(new Member(new ReplicaId(replica), new StoreId(4))));

    private static void PartUnless(HostCluster cluster, HostUnderTest leader, int other)
    {
        if (cluster[other] != leader)
        {
            cluster.Network.Part(4, other);
        }
    }
}
