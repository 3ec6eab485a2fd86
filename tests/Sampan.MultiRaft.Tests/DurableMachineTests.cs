using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: a store starts with state machines that kept their state, wherever between nothing and the log's end they
/// stand, and refuses those that stand behind it (durability.md, snapshots; E7).
/// </summary>
public sealed class DurableMachineTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(21)]
    public void What_is_missing_is_applied_and_no_more(int applied)
    {
        var cluster = Stopped(snapshotEntries: 0);
        Keep(cluster, applied);
        cluster[1].Start();
        AssertGoesOn(cluster, installs: 0);
    }

    [Fact]
    public void A_machine_ahead_of_its_log_is_refused()
    {
        var cluster = Stopped(snapshotEntries: 0);
        cluster[1].Durable = ([], 1000);
        var damage = Assert.Throws<StorageDamagedException>(cluster[1].Start);
        Assert.Contains("has applied index 1000, and the log ends at 21", damage.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_machine_that_is_not_new_stops_a_new_group()
    {
        var cluster = new HostCluster(1);
        cluster[1].Durable = ([], 3);
        cluster.Bootstrap(1, Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []), 1);
        Assert.Contains("its replica is new", cluster[1].Group(1).Status.Failure, StringComparison.Ordinal);
    }

    /// <summary>The log was compacted: 13 is below its base, 21 its end.</summary>
    [Theory]
    [InlineData(2, 1)]
    [InlineData(13, 1)]
    [InlineData(21, 0)]
    public void A_snapshot_is_installed_where_it_is_newer(int applied, int installs)
    {
        var cluster = Stopped(snapshotEntries: 5);
        Keep(cluster, applied);
        cluster[1].Start();
        AssertGoesOn(cluster, installs);
    }

    [Fact]
    public void Without_a_sound_snapshot_a_machine_that_the_log_reaches_goes_on()
    {
        var cluster = Stopped(snapshotEntries: 5);
        Keep(cluster, applied: 21);
        cluster[1].Snapshots.Damage();
        cluster[1].Start();
        AssertGoesOn(cluster, installs: 0);
    }

    /// <summary>AppliedIndex below the log's base: what lies between is nowhere here, so others must send it.</summary>
    [Fact]
    public void Without_a_sound_snapshot_a_machine_below_the_log_asks_for_one()
    {
        var cluster = new HostCluster(
            3, options => options with { SnapshotEntries = 5, CompactionMarginEntries = 0 });
        cluster.Create(1);
        Fill(cluster);
        cluster.RunUntil(() => cluster[3].Group(1).Status.FirstIndex > 3);
        var kept = cluster[3].Commands(1);
        cluster[3].Stop();
        cluster[3].Durable = ([kept[0]], 2);
        cluster[3].Snapshots.Damage();
        cluster[3].Start();
        cluster.RunUntil(() => cluster.Leader(1) is not null && cluster[3].Commands(1).Count == 20);
        Assert.Equal(1, cluster[3].Machines[new GroupId(1)].Installs);
        Assert.Equal(cluster[1].Commands(1), cluster[3].Commands(1));
    }

    // A store of its own, with a log of 21 entries: one that opens the term, 20 commands.
    private static HostCluster Stopped(ulong snapshotEntries)
    {
        var cluster = new HostCluster(
            1, options => options with { SnapshotEntries = snapshotEntries, CompactionMarginEntries = 0 });
        cluster.Create(1);
        Fill(cluster);
        Assert.Equal(21UL, cluster[1].Group(1).Status.LastIndex);
        cluster[1].Stop();
        return cluster;
    }

    private static void Fill(HostCluster cluster)
    {
        for (var i = 0; i < 20; i++)
        {
            cluster.Propose(cluster[1], 1, $"{i}");
        }

        cluster.Settle();
    }

    // The machine of store 1 is durable, and had applied this much.
    private static void Keep(HostCluster cluster, int applied) =>
        cluster[1].Durable = ([.. cluster[1].Commands(1).Take(applied - 1)], (ulong)applied);

    private static void AssertGoesOn(HostCluster cluster, int installs)
    {
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster[1], 1, "after");
        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"{i}"), "after"], cluster[1].Commands(1));
        Assert.Equal(installs, cluster[1].Machines[new GroupId(1)].Installs);
    }
}
