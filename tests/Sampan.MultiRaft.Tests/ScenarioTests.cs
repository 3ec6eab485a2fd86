using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: mistakes that other systems made around their groups, with requests, state machines and snapshots, are not
/// made here (docs/scenarios.md).
/// </summary>
public sealed class ScenarioTests
{
    private const int ChunkBytes = 192 * 1024;

    /// <summary>The leader is cut off after every step that a change takes, in the joint state too.</summary>
    [Fact]
    public void A_change_whose_leader_is_lost_is_answered_wherever_it_was_C6()
    {
        var succeeded = 0;
        var unknown = 0;
        for (var steps = 0; steps < 12; steps++)
        {
            var cluster = new HostCluster(3);
            cluster.Create(1);
            var leader = cluster.Leader(1)!; // Create waits for it.
            var other = new ReplicaId(leader.Store.Value == 3 ? 2UL : 3);
            var task = leader.Group(1)
                .ChangeMembershipAsync(MembershipChange.Remove(other), CancellationToken.None).AsTask();
            for (var i = 0; i < steps; i++)
            {
                Step(cluster);
            }

            cluster.Network.Cut(leader.Store);
            cluster.RunUntil(() => task.IsCompleted);
            if (task.IsCompletedSuccessfully)
            {
                succeeded++;
            }
            else
            {
                unknown++;
                var failure = Assert.IsType<RaftException>(task.Exception?.InnerException);
                Assert.Equal(RequestOutcome.Unknown, failure.Outcome);
            }

            cluster.Network.Heal(leader.Store);
            cluster.RunUntil(() => cluster.Leader(1) is not null);
            cluster.Propose(cluster.Leader(1)!, 1, "x"); // There is one, as was waited for.
        }

        Assert.True(succeeded > 0 && unknown > 2, $"{succeeded} succeeded, {unknown} are unknown");
    }

    [Fact]
    public async Task A_read_waits_until_the_state_machine_has_replayed_its_log_D7()
    {
        var cluster = new HostCluster(1, options => options with { SnapshotEntries = 0 });
        cluster.Create(1);
        cluster.Fill(cluster[1], 50);
        cluster[1].Stop();
        cluster[1].Start();
        cluster[1].Runner.Hold("apply-worker");
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        var read = cluster[1].Group(1)
            .ReadAsync(ReadOnlyMemory<byte>.Empty, ReadConsistency.Linearizable, CancellationToken.None).AsTask();
        cluster.Run(TimeSpan.FromSeconds(1));
        Assert.False(read.IsCompleted);
        Assert.Empty(cluster[1].Commands(1));
        // The replay goes in many short calls from here on, and the read waits there already.
        cluster[1].ApplyCost = TimeSpan.FromMilliseconds(1);
        cluster[1].Runner.LetGo("apply-worker");
        cluster.RunUntil(() => read.IsCompleted);
        Assert.Equal(50, BitConverter.ToInt32((await read).Answer.Span));
    }

    /// <summary>The leader says up to where a follower must have applied before it has sent that.</summary>
    [Fact]
    public async Task A_read_waits_for_what_its_index_covers_D7()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var follower = cluster[leader.Store.Value == 3 ? 2 : 3];
        cluster.Propose(leader, 1, "x");
        cluster.Settle();
        cluster.Network.Tap = (to, message) =>
            to == follower.Store && message.Raft is { Kind: MessageKind.Append or MessageKind.Commit } ? null : message;
        cluster.Fill(leader, 5);
        var read = follower.Group(1)
            .ReadAsync(ReadOnlyMemory<byte>.Empty, ReadConsistency.Linearizable, CancellationToken.None).AsTask();
        cluster.Run(TimeSpan.FromMilliseconds(500));
        Assert.False(read.IsCompleted);
        Assert.Single(follower.Commands(1));
        cluster.Network.Tap = null;
        cluster.RunUntil(() => read.IsCompleted);
        Assert.Equal(6, BitConverter.ToInt32((await read).Answer.Span));
    }

    [Fact]
    public void A_state_machine_that_hangs_costs_no_leader_R22()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var term = leader.Group(1).Status.Term;
        for (var i = 1; i <= 3; i++)
        {
            cluster[i].Runner.Hold("apply-worker");
        }

        var tasks = Enumerable.Range(0, 100)
            .Select(i => leader.Group(1).ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask())
            .ToArray();
        cluster.Run(TimeSpan.FromSeconds(10));
        Assert.All(tasks, task => Assert.False(task.IsCompleted));
        Assert.Equal(leader, cluster.Leader(1));
        Assert.Equal(term, leader.Group(1).Status.Term);
        for (var i = 1; i <= 3; i++)
        {
            cluster[i].Runner.LetGo("apply-worker");
        }

        cluster.RunUntil(() => Array.TrueForAll(tasks, task => task.IsCompletedSuccessfully));
        cluster.RunUntil(() => cluster[1].Commands(1).Count == 100);
    }

    [Fact]
    public void A_burst_beyond_the_bounds_is_refused_and_harms_nothing_R23()
    {
        var cluster = new HostCluster(3, options => options with { PendingProposalsMax = 8 });
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var tasks = Enumerable.Range(0, 500)
            .Select(i => leader.Group(1).ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask())
            .ToArray();
        cluster.RunUntil(() => Array.TrueForAll(tasks, task => task.IsCompleted));
        var refused = tasks.Where(task => !task.IsCompletedSuccessfully)
            .Select(task => Assert.IsType<RaftException>(task.Exception?.InnerException)).ToArray();
        Assert.NotEmpty(refused);
        Assert.All(refused, failure => Assert.Equal(
            (RaftErrorCode.Busy, RequestOutcome.NotApplied), (failure.Code, failure.Outcome)));
        cluster.Propose(leader, 1, "after it");
        Assert.Equal(tasks.Length - refused.Length + 1, leader.Commands(1).Count);
        Assert.Equal(leader.Commands(1).Count, cluster.ReadCount(leader, 1));
    }

    /// <summary>All stores end in the middle of a burst that is far beyond the bounds, and come back.</summary>
    [Fact]
    public void After_a_burst_and_a_restart_of_all_replicas_hold_what_was_acknowledged_R56()
    {
        for (var steps = 1; steps < 40; steps += 3)
        {
            var cluster = new HostCluster(
                3, options => options with { PendingProposalsMax = 64, SnapshotEntries = 20 });
            cluster.Create(1);
            var tasks = new List<Task<ApplyResult>>();
            for (var step = 0; step < steps; step++)
            {
                for (var i = 0; i < 150; i++)
                {
                    var door = cluster[1 + (i % 3)].Group(1);
                    tasks.Add(door.ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask());
                }

                Step(cluster);
            }

            for (var i = 1; i <= 3; i++)
            {
                cluster[i].Stop();
            }

            cluster.Settle();
            Assert.All(tasks, task => Assert.True(task.IsCompleted));
            for (var i = 1; i <= 3; i++)
            {
                cluster[i].Start();
            }

            cluster.RunUntil(() => cluster.Leader(1) is not null);
            var kept = cluster.ReadCount(cluster.Leader(1)!, 1); // There is one, as was waited for.
            var acknowledged = tasks.Count(task => task.IsCompletedSuccessfully);
            var possible = tasks.Count(task => task.IsCompletedSuccessfully || IsUnknown(task));
            Assert.InRange(kept, acknowledged, possible);
            cluster.RunUntil(() => Enumerable.Range(1, 3).All(i => cluster[i].Commands(1).Count == kept));
        }
    }

    private static bool IsUnknown(Task task) =>
        task.Exception?.InnerException is RaftException { Outcome: RequestOutcome.Unknown };

    /// <summary>To begin one that exists succeeds, as a repeated request does, and changes nothing of it.</summary>
    [Fact]
    public void A_group_that_exists_is_not_begun_again_C16()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        cluster.Fill(cluster[1], 3);
        var alone = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        var again = cluster[1].Host.CreateAsync(new GroupId(1), alone, CancellationToken.None).AsTask();
        cluster.RunUntil(() => again.IsCompleted);
        Assert.Equal("voters=(1 2 3)", $"{cluster[1].Group(1).Status.Configuration}");
        cluster.Propose(cluster[1], 1, "x");
        cluster.RunUntil(() => Enumerable.Range(1, 3).All(i => cluster[i].Commands(1).Count == 4));
    }

    /// <summary>The snapshot is one file of so many bytes, around those that travel in one piece.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(ChunkBytes - 1)]
    [InlineData(ChunkBytes)]
    [InlineData(ChunkBytes + 1)]
    [InlineData(2 * ChunkBytes)]
    public void A_snapshot_of_any_size_arrives_whole_R08(int bytes)
    {
        var (cluster, leader, away) = ClusterSteps.Lagging();
        cluster.Propose(leader, 1, "clear");
        var state = new string('y', bytes);
        cluster.Propose(leader, 1, state);
        cluster.TakeSnapshot(leader);
        var sent = 0L;
        cluster.Network.Tap = (to, message) =>
        {
            sent += message.Snapshot is { Kind: SnapshotFrameKind.Chunk } chunk ? chunk.Bytes.Length : 0;
            return message;
        };
        away.Start();
        cluster.RunUntil(() => away.Machines.Count == 1 && away.Machines[new GroupId(1)].Installs == 1);
        cluster.RunUntil(() => away.Commands(1).Count == 1);
        Assert.Equal(state, away.Commands(1)[0]);
        Assert.Equal(bytes, sent);
    }

    private static void Step(HostCluster cluster)
    {
        for (var i = 1; i <= 3; i++)
        {
            cluster[i].Runner.RunDue();
        }

        cluster.Network.Deliver();
        cluster.Completions.Drain();
    }
}
