using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: however many groups have to send snapshots to one store, only so much is under way, and every one has its
/// turn.
/// </summary>
public sealed class ManySnapshotsTests
{
    private const int Groups = 12;
    private const int WindowBytes = 256 * 1024;

    /// <summary>A slow link: what is sent of snapshots does not arrive yet.</summary>
    [Fact]
    public void Snapshots_of_many_groups_share_one_window()
    {
        var (cluster, away) = Lagging(sends: 3, receives: 16);
        var sent = 0L;
        var offers = 0;
        cluster.Network.Tap = (to, message) =>
        {
            offers += message.Snapshot is { Kind: SnapshotFrameKind.Offer } ? 1 : 0;
            if (to != away.Store || message.Snapshot is not { Kind: SnapshotFrameKind.Chunk } chunk)
            {
                return message;
            }

            sent += chunk.Bytes.Length;
            return null;
        };
        away.Start();
        cluster.Run(TimeSpan.FromSeconds(3));
        Assert.Equal(3, offers);
        Assert.InRange(sent, WindowBytes / 2, WindowBytes);
    }

    [Theory]
    [InlineData(1, 16, 1)]
    [InlineData(3, 16, 3)]
    [InlineData(3, 2, 2)]
    public void Every_group_has_its_turn(int sends, int receives, int most)
    {
        var (cluster, away) = Lagging(sends, receives);
        var running = new HashSet<ulong>();
        var mostAtOnce = 0;
        cluster.Network.Tap = (to, message) =>
        {
            switch (message.Snapshot)
            {
                case { Kind: SnapshotFrameKind.Chunk } chunk when to == away.Store:
                    running.Add(chunk.Transfer);
                    mostAtOnce = Math.Max(mostAtOnce, running.Count);
                    break;
                case { Kind: SnapshotFrameKind.Done or SnapshotFrameKind.Abort } end:
                    running.Remove(end.Transfer);
                    break;
                default:
                    break;
            }

            return message;
        };
        away.Start();
        cluster.RunUntil(() => Enumerable.Range(1, Groups).All(group =>
            away.Machines.TryGetValue(new GroupId((ulong)group), out var machine) && machine.Commands.Count == 2));
        Assert.Equal(most, mostAtOnce);
        Assert.Equal(0, away.Snapshots.OpenSinks);
    }

    // Store 1 leads all groups, and store 3 can be served only by snapshots when it starts again.
    private static (HostCluster Cluster, HostUnderTest Away) Lagging(int sends, int receives)
    {
        var cluster = new HostCluster(3, options => options with
        {
            SnapshotEntries = 0,
            CompactionMarginEntries = 0,
            SnapshotWindowBytes = WindowBytes,
            SnapshotSendsPerStoreMax = sends,
            SnapshotReceivesMax = receives,
        });
        for (var group = 1UL; group <= Groups; group++)
        {
            cluster.Create(group);
        }

        cluster[3].Stop();
        for (var group = 1UL; group <= Groups; group++)
        {
            var number = group;
            cluster.RunUntil(() => cluster.Leader(number) is not null);
            if (cluster.Leader(group) == cluster[2])
            {
                cluster.Transfer(cluster[2], cluster[1], group);
            }

            cluster.Propose(cluster[1], group, new string('c', 300 * 1024));
            cluster.TakeSnapshot(cluster[1], group);
            cluster.Propose(cluster[1], group, "x");
            cluster.TakeSnapshot(cluster[1], group);
            cluster.RunUntil(() => cluster[1].Group(number).Status.FirstIndex > 1);
        }

        return (cluster, cluster[3]);
    }
}
