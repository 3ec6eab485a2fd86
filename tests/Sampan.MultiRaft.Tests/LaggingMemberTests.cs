using Sampan.Model;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: a member that lags behind changes of its group is cut off from nobody who belongs to it now, and who joins
/// or was removed is not either, though nobody's operator named anybody (I-37): what they know of each other is enough.
/// </summary>
public sealed class LaggingMemberTests
{
    [Fact]
    public void A_store_joins_where_only_its_leader_knows_it()
    {
        var cluster = Cluster(4);
        Change(cluster, MembershipChange.AddLearner(MemberOn(4)));
        cluster.Propose(cluster[1], 1, "x");
        cluster.RunUntil(() => cluster[4].Machines.Count == 1 && cluster[4].Commands(1).Count == 1);
        Change(cluster, MembershipChange.AddVoter(MemberOn(4)));
        cluster.Propose(cluster[4], 1, "y");
        RequireNoOffence(cluster, 4);
    }

    /// <summary>All that it knows of has left the group and is gone, when it comes back.</summary>
    [Fact]
    public void A_member_follows_leaders_that_all_came_while_it_was_away()
    {
        var cluster = Cluster(5);
        cluster[3].Stop();
        Replace(cluster, 2, 4);
        Replace(cluster, 1, 5);
        cluster.RunUntil(() => cluster[1].Host.List().Count == 0 && cluster[2].Host.List().Count == 0);
        cluster[1].Stop();
        cluster[2].Stop();
        cluster.Propose(Leader(cluster), 1, "x");
        cluster[3].Start();
        cluster.RunUntil(() => cluster[3].Commands(1).Count == 1);
        cluster.Propose(cluster[3], 1, "y");
        RequireNoOffence(cluster, 5);
    }

    /// <summary>The group needs its vote, and it has never heard of the one that asks (O23).</summary>
    [Fact]
    public void A_member_votes_for_a_candidate_that_it_does_not_know()
    {
        var cluster = Cluster(4);
        cluster[3].Stop();
        Replace(cluster, 2, 4);
        cluster.Propose(Leader(cluster), 1, "x");
        cluster.RunUntil(() => cluster[4].Commands(1).Count == 1 && cluster[2].Host.List().Count == 0);
        cluster[2].Stop();
        cluster[1].Stop();
        cluster[3].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[4]);
        cluster.Propose(cluster[3], 1, "y");
        RequireNoOffence(cluster, 4);
    }

    /// <summary>A13: it was promoted while it was away, and holds that it is a learner.</summary>
    [Fact]
    public void A_learner_that_does_not_know_of_its_promotion_votes()
    {
        var cluster = Cluster(4);
        Change(cluster, MembershipChange.AddLearner(MemberOn(4)));
        cluster.Propose(Leader(cluster), 1, "x");
        cluster.RunUntil(() => cluster[4].Machines.Count == 1 && cluster[4].Commands(1).Count == 1);
        var leader = Leader(cluster);
        cluster.Network.Tap = (to, message) => to == new StoreId(4) ? null : message;
        Change(cluster, MembershipChange.AddVoter(MemberOn(4)));
        cluster.Propose(leader, 1, "y");
        var (gone, left) = (Others(cluster, leader, 3)[0], Others(cluster, leader, 3)[1]);
        gone.Stop();
        leader.Stop();
        cluster.Network.Tap = null;
        gone.Start();
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(left, 1, "z");
        RequireNoOffence(cluster, 4);
    }

    [Fact]
    public void A_member_that_was_removed_while_it_was_away_learns_of_it()
    {
        var cluster = Cluster(4);
        cluster[3].Stop();
        Replace(cluster, 3, 4);
        cluster[3].Start();
        cluster.RunUntil(() => cluster[3].Host.List().Count == 0);
        RequireNoOffence(cluster, 4);
    }

    /// <summary>A leader that is not a member any more leads on until somebody has taken over (ADR 0019).</summary>
    [Fact]
    public void A_leader_that_removes_itself_hands_over()
    {
        var cluster = Cluster(3);
        var leader = Leader(cluster);
        Change(cluster, MembershipChange.Remove(new ReplicaId(leader.Store.Value)));
        cluster.RunUntil(() => cluster.Leader(1) is { } next && next != leader && leader.Host.List().Count == 0);
        cluster.Propose(Leader(cluster), 1, "x");
        RequireNoOffence(cluster, 3);
    }

    // Stores that no operator named to each other; stores 1 to 3 are a group whose members are bound.
    private static HostCluster Cluster(int stores)
    {
        var cluster = new HostCluster(stores, listed: 0);
        cluster.CreateOn(1, 1, 2, 3);
        cluster.RunUntil(() => Enumerable.Range(1, 3).All(i => cluster[i].Group(1).Status.Configuration.Members
            .ToArray().All(member => member.Incarnation.IsBound)));
        return cluster;
    }

    private static Member MemberOn(ulong store) => new(new ReplicaId(store), new StoreId(store));

    private static void Replace(HostCluster cluster, ulong old, ulong next)
    {
        Change(cluster, MembershipChange.AddLearner(MemberOn(next)));
        cluster.RunUntil(() => cluster[(int)next].Host.List().Count == 1
            && cluster[(int)next].Group(1).Status.AppliedIndex == Leader(cluster).Group(1).Status.AppliedIndex);
        Change(cluster, new MembershipChange(
        [
            new MemberChange(MemberChangeKind.AddVoter, MemberOn(next)),
            new MemberChange(MemberChangeKind.Remove, new Member(new ReplicaId(old), default)),
        ]));
        cluster.RunUntil(() => cluster.Leader(1) is { } leader && leader.Store != new StoreId(old));
    }

    private static void Change(HostCluster cluster, MembershipChange change)
    {
        var task = Leader(cluster).Group(1).ChangeMembershipAsync(change, CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully, task.Exception?.InnerException?.Message);
    }

    private static HostUnderTest Leader(HostCluster cluster)
    {
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        return cluster.Leader(1)!; // It was waited for.
    }

    private static HostUnderTest[] Others(HostCluster cluster, HostUnderTest than, int count) =>
        [.. Enumerable.Range(1, count).Select(i => cluster[i]).Where(store => store != than)];

    private static void RequireNoOffence(HostCluster cluster, int stores) => Assert.All(
        Enumerable.Range(1, stores), i => Assert.Empty(cluster[i].Transport.Expelled));
}
