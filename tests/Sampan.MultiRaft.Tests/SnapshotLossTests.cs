using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: whatever is lost of a snapshot's transfer, and whatever becomes of who asked for it, both its ends come to
/// an end, that end is told to whom it concerns and to nobody else, and the follower catches up (I-32).
/// </summary>
public sealed class SnapshotLossTests
{
    /// <summary>
    /// Nobody notices the loss: the stream lives, and what comes behind the lost frame never comes.
    /// </summary>
    [Theory]
    [InlineData(SnapshotFrameKind.Offer)]
    [InlineData(SnapshotFrameKind.Credit)]
    [InlineData(SnapshotFrameKind.Chunk)]
    [InlineData(SnapshotFrameKind.Done)]
    public void A_frame_that_is_swallowed_holds_up_its_follower_for_a_while_only(SnapshotFrameKind kind)
    {
        var (cluster, _, away) = ClusterSteps.Lagging();
        var isLost = false;
        cluster.Network.Tap = (_, message) =>
        {
            if (isLost || message.Snapshot?.Kind != kind)
            {
                return message;
            }

            isLost = true;
            return null;
        };
        away.Start();
        cluster.RunUntil(() => away.Commands(1).Count == 100);
        Assert.True(isLost);
        Assert.Equal(0, away.Snapshots.OpenSinks);
    }

    [Fact]
    public void A_sender_that_falls_silent_leaves_no_file_behind()
    {
        var (cluster, _, away) = ClusterSteps.Lagging();
        var hasOffered = false;
        cluster.Network.Tap = (to, message) =>
        {
            var isOfTransfer = message.Snapshot is not null && to == away.Store;
            var isFirst = isOfTransfer && !hasOffered;
            hasOffered |= isOfTransfer;
            return isOfTransfer && !isFirst ? null : message;
        };
        away.Start();
        cluster.RunUntil(() => away.Snapshots.OpenSinks == 1);
        cluster.RunUntil(() => away.Snapshots.OpenSinks == 0);
    }

    /// <summary>
    /// The follower's answer to a heartbeat and the end of its stream are of one round: the core asks for a snapshot
    /// that cannot be offered.
    /// </summary>
    [Fact]
    public void An_offer_that_finds_no_stream_is_made_again()
    {
        var (cluster, leader, away) = ClusterSteps.Lagging();
        away.Start();
        var hasAnswered = false;
        cluster.Network.Tap = (to, message) =>
        {
            if (to == leader.Store && message.Raft is { Kind: MessageKind.HeartbeatResponse } answer
                && answer.From.Value == away.Store.Value)
            {
                leader.Runner.Hold("group-0");
                hasAnswered = true;
            }

            return message;
        };
        cluster.RunUntil(() => hasAnswered);
        cluster.Network.Tap = null;
        cluster.Network.Cut(away.Store);
        leader.Runner.LetGo("group-0");
        cluster.Settle();
        cluster.Network.Heal(away.Store);
        // Far sooner than by the silence of somebody.
        cluster.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(100, away.Commands(1).Count);
    }

    /// <summary>The log is compacted behind what a follower has, which hangs; then its stream may break.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_follower_that_hung_for_long_catches_up(bool breaksStream)
    {
        var cluster = new HostCluster(3, options => options with { SnapshotEntries = 20, CompactionMarginEntries = 5 });
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var away = cluster[leader.Store.Value == 3 ? 2 : 3];
        cluster.Run(TimeSpan.FromSeconds(1));
        Array.ForEach([1, 2, 3], other => cluster.Network.Part((int)away.Store.Value, other));
        cluster.Fill(leader, 100);
        cluster.RunUntil(() => leader.Group(1).Status.FirstIndex > 20);
        if (breaksStream)
        {
            cluster.Network.Cut(away.Store);
            cluster.Settle();
        }

        cluster.Network.HealAll();
        cluster.RunUntil(() => away.Commands(1).Count == 100);
    }

    /// <summary>What is known to be dropped is answered at once, long before anybody's patience ends.</summary>
    [Fact]
    public void An_offer_that_finds_no_room_is_refused_at_once()
    {
        var (cluster, leader, away) = ClusterSteps.Lagging(configure: options => options with
        {
            CommandBytesMax = 1024,
            PeerBytesMax = 2048,
        });
        var refusals = Refusals(cluster);
        leader.Runner.Hold("snapshot-worker");
        away.Start();
        cluster.Run(TimeSpan.FromSeconds(1));
        away.Runner.Hold("group-0");
        // Heartbeats fill its mailbox meanwhile.
        cluster.Run(TimeSpan.FromSeconds(2));
        leader.Runner.LetGo("snapshot-worker");
        cluster.Settle();
        Assert.Equal("too many messages of the store wait here", Assert.Single(refusals));
        away.Runner.LetGo("group-0");
        cluster.RunUntil(() => away.Commands(1).Count == 100);
    }

    [Fact]
    public void An_offer_to_a_group_that_is_not_there_is_refused_and_makes_its_replica()
    {
        var cluster = new HostCluster(2);
        // Who holds a replica tells the other on which side of recoveries it stands.
        cluster.CreateOn(9, 1);
        var refusals = Refusals(cluster);
        var initial = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        var meta = new SnapshotMeta(new LogId(1, 7), new ConfigurationEntry(0, initial), 0);
        cluster.Network.Inject(new StoreId(1), new StoreId(2), StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Offer,
            Group = new GroupId(1),
            Transfer = 1,
            Message = new Message
            {
                Kind = MessageKind.Snapshot,
                Group = new GroupId(1),
                From = new ReplicaId(1),
                To = new ReplicaId(2),
                Term = 1,
                Snapshot = meta,
            },
        }));
        cluster.Settle();
        Assert.Equal("the group is not there yet", Assert.Single(refusals));
        Assert.Equal(new ReplicaId(2), Assert.Single(cluster[2].Host.List()).Status.Replica);
    }

    /// <summary>
    /// A transfer outlives its leader's term; the next leader is the same. Two megabytes, while each step of the
    /// receiver takes longer than a heartbeat.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_snapshot_is_sent_to_its_end_after_its_leader_was_elected_again(bool electsAgain)
    {
        var (cluster, leader, away) = ClusterSteps.Lagging(
            new string('x', 20_000), options => options with { SnapshotWindowBytes = 128 * 1024 });
        var third = cluster[6 - (int)leader.Store.Value - (int)away.Store.Value];
        var offers = 0;
        cluster.Network.Tap = (to, message) =>
        {
            offers += message.Snapshot is { Kind: SnapshotFrameKind.Offer } && to == away.Store ? 1 : 0;
            return message;
        };
        away.Start();
        away.Runner.Hold("snapshot-worker");
        cluster.RunUntil(() => offers == 1);
        if (electsAgain)
        {
            cluster.Transfer(leader, third);
            cluster.Transfer(third, leader);
        }

        for (var i = 0; i < 150 && away.Machines[new GroupId(1)].Installs == 0; i++)
        {
            cluster.Run(TimeSpan.FromMilliseconds(250));
            away.Runner.LetGo("snapshot-worker");
            away.Runner.RunDue();
            away.Runner.Hold("snapshot-worker");
        }

        Assert.Equal(1, away.Machines[new GroupId(1)].Installs);
        Assert.InRange(offers, 1, 4);
    }

    [Fact]
    public void A_leader_that_lost_its_place_ends_its_transfers()
    {
        var (cluster, leader, away) = ClusterSteps.Lagging();
        var third = cluster[6 - (int)leader.Store.Value - (int)away.Store.Value];
        cluster.Network.Tap = (_, message) => message.Snapshot is { Kind: SnapshotFrameKind.Chunk } ? null : message;
        away.Start();
        cluster.RunUntil(() => away.Snapshots.OpenSinks == 1);
        var refusals = Refusals(cluster);
        cluster.Transfer(leader, third);
        cluster.RunUntil(() => away.Commands(1).Count == 100);
        Assert.Equal("the sender gave it up", refusals[0]);
    }

    /// <summary>A receiver that cannot is not asked again at every heartbeat.</summary>
    [Fact]
    public void A_refused_snapshot_is_offered_again_after_an_election_timeout()
    {
        var (cluster, _, away) = ClusterSteps.Lagging();
        var offers = 0;
        cluster.Network.Tap = (to, message) =>
        {
            offers += message.Snapshot is { Kind: SnapshotFrameKind.Offer } && to == away.Store ? 1 : 0;
            return message;
        };
        away.Snapshots.CommitFault = new StorageDamagedException("a check sum is wrong");
        away.Start();
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.InRange(offers, 5, 10);
        away.Snapshots.CommitFault = null;
        cluster.RunUntil(() => away.Commands(1).Count == 100);
    }

    private static List<string> Refusals(HostCluster cluster)
    {
        var refusals = new List<string>();
        cluster.Network.Tap = (_, message) =>
        {
            if (message.Snapshot is { Kind: SnapshotFrameKind.Abort } abort)
            {
                refusals.Add(abort.Reason);
            }

            return message;
        };
        return refusals;
    }
}
