using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: a store that lost its disk is not counted as its former self by anybody, even where it is admitted to
/// another group by stores that never met its former self (A16, I-26).
/// </summary>
/// <remarks>
/// Stores 1 to 5 carry group 1. Store 5 and store 3 never met, so store 5 has no record that could tell store 3 from
/// its successor. That one is admitted to group 2, with stores 6 and 7, before it appears in group 1.
/// </remarks>
public sealed class LostDiskTests
{
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(20);

    [Fact]
    public void A_store_admitted_to_one_group_has_no_vote_in_another_that_it_forgot()
    {
        var cluster = Prepare();
        cluster.Bootstrap(1, Voters(1, 2, 3, 4, 5), 1, 2, 3, 4, 5);
        cluster.Network.Cut(new StoreId(4));
        cluster.Network.Cut(new StoreId(5));
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster.Leader(1)!, 1, "kept"); // There is one.
        cluster[3].Wipe();
        cluster.Network.HealAll();
        Part(cluster, [1, 2], [3, 4, 5]);
        cluster.Bootstrap(2, Voters(3, 6, 7), 3, 6, 7);
        cluster.RunUntil(() => cluster.Leader(2) is not null);
        cluster.Bootstrap(1, Voters(1, 2, 3, 4, 5), 3);
        cluster.Run(_long);
        Assert.All(Enumerable.Range(3, 3), i => Assert.False(cluster[i].Group(1).Status.IsLeader));

        AssertKept(cluster);
    }

    /// <summary>
    /// Store 5 hands over to store 1, which is elected by 2 and 3; it hears nothing of that and goes on, in contact
    /// with store 4. What store 3 promised in that election its successor has forgotten.
    /// </summary>
    [Fact]
    public void A_store_admitted_to_one_group_does_not_follow_the_stale_leader_of_another()
    {
        var cluster = Prepare();
        cluster.Bootstrap(1, Voters(1, 2, 3, 4, 5), 1, 2, 3, 4, 5);
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        var stale = cluster[5];
        Assert.Equal(stale, cluster.Leader(1));

        Array.ForEach([4, 5], to => Array.ForEach([1, 2, 3], from => cluster.Network.Mute(from, to)));
        _ = stale.Group(1).TransferLeadershipAsync(new ReplicaId(1), CancellationToken.None).AsTask();
        cluster.Settle();
        Assert.True(cluster[1].Group(1).Status.IsLeader && stale.Group(1).Status.IsLeader);
        cluster.Propose(cluster[1], 1, "kept");
        cluster[3].Wipe();
        cluster.Bootstrap(2, Voters(3, 6, 7), 3, 6, 7);
        for (var i = 0; i < 3; i++)
        {
            // Streams are opened again, so that all is known of each other before any time has passed.
            cluster.Network.HealAll();
            Part(cluster, [1, 2], [3, 4, 5]);
            cluster.Settle();
        }

        cluster.Run(_long);
        Assert.False(stale.Group(1).Status.IsLeader);
        Assert.DoesNotContain(cluster[3].Host.List(), group => group.Id == new GroupId(1));

        AssertKept(cluster);
    }

    private static HostCluster Prepare() => new(7, prepare: network =>
    {
        network.Part(3, 5);
        network.Part(3, 6);
        network.Part(3, 7);
    });

    private static void Part(HostCluster cluster, int[] ones, int[] others)
    {
        foreach (var one in ones)
        {
            Array.ForEach(others, other => cluster.Network.Part(one, other));
        }
    }

    private static void AssertKept(HostCluster cluster)
    {
        cluster.Network.HealAll();
        int[] whole = [1, 2, 4, 5];
        cluster.RunUntil(() => whole.All(i => cluster[i].Commands(1).Count > 0));
        cluster.Propose(cluster[1], 1, "after");
        cluster.RunUntil(() => whole.All(i => cluster[i].Commands(1).Count == 2));
        Assert.All(whole, i => Assert.Equal(["kept", "after"], cluster[i].Commands(1)));
    }

    // Store 5 is preferred, so that it leads first where it can.
    private static Configuration Voters(params int[] stores) => Configuration.Of(
        stores.Select(i => new Member(new ReplicaId((ulong)i), new StoreId((ulong)i), default, i == 5 ? 100 : 1)), []);
}
