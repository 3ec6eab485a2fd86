using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: whatever a log forgets, its store knows at the next start which configuration is in force (I-30).
/// </summary>
public sealed class CompactionTests
{
    /// <summary>
    /// The members change within the margin that the log keeps behind the older of two snapshots. A replica that joined
    /// has no bootstrap mark; one that was bootstrapped has one which is out of date.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void A_store_starts_again_after_a_change_within_the_margin(int store)
    {
        var (cluster, leader) = Joined(margin: 20);
        ChangeBetweenSnapshots(cluster, leader, cluster[store]);
        cluster.RunUntil(() => cluster[store].Group(1).Status.FirstIndex > 1);
        var found = cluster[store].Log.Recover().Groups.Single();
        Assert.InRange(
            found.Base.Index, found.Snapshots[0].Configuration.Index, found.Snapshots[0].Last.Index);
        AssertStartsAgain(cluster, cluster[store]);
    }

    /// <summary>
    /// A directory of an older version: its log was compacted to below the configuration that its older snapshot has.
    /// </summary>
    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void A_store_whose_log_forgot_the_configuration_at_its_base_starts_again(int store)
    {
        var (cluster, leader) = Joined(margin: 1000);
        ChangeBetweenSnapshots(cluster, leader, cluster[store]);
        var log = cluster[store].Log;
        var base20 = new List<Entry>();
        log.Read(new GroupId(1), new IndexRange(20, 21), long.MaxValue, base20);
        log.Append([], [new StoreRecord
        {
            Kind = StoreRecordKind.CompactionMark,
            Group = new GroupId(1),
            CompactedTo = base20[0].Id,
        }]);
        Assert.All(
            log.Recover().Groups.Single().Snapshots, snapshot => Assert.True(snapshot.Configuration.Index > 20));
        AssertStartsAgain(cluster, cluster[store]);
    }

    // A group of three, and a learner on store 4; some forty entries.
    private static (HostCluster Cluster, HostUnderTest Leader) Joined(ulong margin)
    {
        var cluster = new HostCluster(
            4, options => options with { SnapshotEntries = 0, CompactionMarginEntries = margin });
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        cluster.Join(leader, store: 4, replica: 4);
        cluster.Fill(leader, 40);
        cluster.RunUntil(() => cluster[4].Commands(1).Count == 40);
        return (cluster, leader);
    }

    private static void ChangeBetweenSnapshots(HostCluster cluster, HostUnderTest leader, HostUnderTest at)
    {
        cluster.Change(leader, MembershipChange.AddVoter(new Member(new ReplicaId(4), new StoreId(4))));
        for (var i = 0; i < 2; i++)
        {
            cluster.Fill(leader, 1);
            cluster.RunUntil(() => at.Commands(1).Count == leader.Commands(1).Count);
            cluster.TakeSnapshot(at);
        }
    }

    private static void AssertStartsAgain(HostCluster cluster, HostUnderTest store)
    {
        store.Stop();
        store.Start();
        Assert.Equal(4, store.Group(1).Status.Configuration.Voters.Length);
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Fill(cluster.Leader(1)!, 1); // There is one.
        cluster.RunUntil(() => store.Commands(1).Count == 43);
    }
}
