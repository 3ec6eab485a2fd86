using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>Purpose: a snapshot stays on disk as long as somebody will want it, and no longer (I-31).</summary>
public sealed class SnapshotKeepingTests
{
    /// <summary>
    /// Its state machine is busy while newer snapshots come, each of which supersedes those before; all are installed
    /// in the end.
    /// </summary>
    [Fact]
    public void A_received_snapshot_stays_until_it_is_installed()
    {
        var (cluster, leader, away) = Quiet();
        away.Runner.Hold("apply-worker");
        for (var round = 0; round < 3; round++)
        {
            SkipAhead(cluster, leader, away);
        }

        Assert.Equal(3, away.Snapshots.Count);
        away.Runner.LetGo("apply-worker");
        cluster.RunUntil(() => away.Commands(1).Count == leader.Commands(1).Count);
        Assert.Equal(3, away.Machines[new GroupId(1)].Installs);
        Assert.Equal(1, away.Snapshots.Count);
    }

    [Fact]
    public void A_state_machine_that_never_comes_round_to_it_is_not_sent_more_and_more()
    {
        var (cluster, leader, away) = Quiet();
        away.Runner.Hold("apply-worker");
        for (var round = 0; round < 4; round++)
        {
            SkipAhead(cluster, leader, away);
        }

        var refusals = new List<string>();
        cluster.Network.Tap = (_, message) =>
        {
            if (message.Snapshot is { Kind: SnapshotFrameKind.Abort } abort)
            {
                refusals.Add(abort.Reason);
            }

            return message;
        };
        Compact(cluster, leader, away);
        cluster.Network.Heal(away.Store);
        cluster.Run(TimeSpan.FromSeconds(5));
        Assert.All(refusals, reason => Assert.Contains("wait for its state machine", reason, StringComparison.Ordinal));
        Assert.NotEmpty(refusals);
        Assert.Equal(4, away.Snapshots.Count);
        away.Runner.LetGo("apply-worker");
        cluster.RunUntil(() => away.Commands(1).Count == leader.Commands(1).Count);
    }

    /// <summary>
    /// A snapshot comes at the very index at which this store has just written one itself, whose mark is on its way.
    /// Both are one on disk; the one that is not wanted does not take the other one along.
    /// </summary>
    [Fact]
    public void A_received_snapshot_that_is_not_wanted_leaves_the_own_one_of_its_index()
    {
        var (cluster, leader, away) = Quiet();
        cluster.TakeSnapshot(leader);
        cluster.Settle();
        var status = leader.Group(1).Status;
        Assert.Equal(status.LastIndex, away.Group(1).Status.AppliedIndex);
        away.Runner.Hold("log-writer");
        var own = away.Group(1).TakeSnapshotAsync(CancellationToken.None).AsTask();
        cluster.Settle();
        Assert.Equal(1, away.Snapshots.Count);
        var meta = new SnapshotMeta(
            new LogId(status.Term, status.LastIndex), new ConfigurationEntry(0, status.Configuration), 0);
        cluster.Network.Inject(leader.Store, away.Store, StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Offer,
            Group = new GroupId(1),
            Transfer = 77,
            Message = new Message
            {
                Kind = MessageKind.Snapshot,
                Group = new GroupId(1),
                From = status.Replica,
                To = away.Group(1).Status.Replica,
                Term = status.Term,
                Snapshot = meta,
            },
        }));
        cluster.Settle();
        Assert.Equal(1, away.Snapshots.Count);
        away.Runner.LetGo("log-writer");
        cluster.RunUntil(() => own.IsCompletedSuccessfully);
        away.Stop();
        away.Start();
        cluster.RunUntil(() => away.Commands(1).Count == 1 && away.Machines[new GroupId(1)].Installs == 1);
    }

    private static (HostCluster Cluster, HostUnderTest Leader, HostUnderTest Away) Quiet()
    {
        var cluster = new HostCluster(3, options => options with { SnapshotEntries = 0, CompactionMarginEntries = 0 });
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        var away = cluster[leader.Store.Value == 3 ? 2 : 3];
        cluster.Fill(leader, 1);
        cluster.RunUntil(() => away.Commands(1).Count == 1);
        return (cluster, leader, away);
    }

    // What a store misses can only be served by a snapshot.
    private static void Compact(HostCluster cluster, HostUnderTest leader, HostUnderTest away)
    {
        cluster.Network.Cut(away.Store);
        var last = away.Group(1).Status.LastIndex;
        cluster.Fill(leader, 5);
        cluster.TakeSnapshot(leader);
        cluster.Fill(leader, 1);
        cluster.TakeSnapshot(leader);
        cluster.RunUntil(() => leader.Group(1).Status.FirstIndex > last + 1);
    }

    private static void SkipAhead(HostCluster cluster, HostUnderTest leader, HostUnderTest away)
    {
        Compact(cluster, leader, away);
        cluster.Network.Heal(away.Store);
        cluster.RunUntil(() => away.Group(1).Status.LastIndex >= leader.Group(1).Status.LastIndex);
    }
}
