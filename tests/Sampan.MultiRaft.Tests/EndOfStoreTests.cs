using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: whatever a store is doing when it is stopped or fails, every request is answered, once, and says truly
/// whether it may have taken effect (I-34).
/// </summary>
public sealed class EndOfStoreTests
{
    [Fact]
    public async Task A_failure_is_told_once_with_its_cause_and_answers_whoever_waits_before_anybody_stops_the_store()
    {
        var cluster = new HostCluster(1);
        cluster.Create(1);
        var cause = new StorageDamagedException("input/output error");
        cluster[1].Log.Fault = cause;
        Assert.False(cluster[1].Host.Failed.IsCompleted);
        var write = Propose(cluster[1], "x");

        Assert.Same(cause, Assert.Throws<StorageDamagedException>(cluster.Settle));
        Assert.False(cluster[1].Host.Failed.IsCompleted, "told on a worker");
        cluster.Settle();

        Assert.True(cluster[1].Host.Failed.IsCompletedSuccessfully);
        var failure = await cluster[1].Host.Failed;
        Assert.Equal(("log-writer", cause), (failure.Worker, failure.Cause));
        AssertFailed(write, RequestOutcome.Unknown);
        Assert.Contains("input/output error", write.Exception?.Message, StringComparison.Ordinal);
        AssertFailed(Answered(cluster, Propose(cluster[1], "y")), RequestOutcome.NotApplied);
        Assert.NotNull(cluster[1].Group(1).Status.Failure);
        cluster[1].Stop();
    }

    [Fact]
    public void A_stop_is_no_failure()
    {
        var cluster = new HostCluster(1);
        cluster.Create(1);
        cluster[1].Stop();
        cluster[1].Host.Stop("again");
        cluster.Settle();
        Assert.False(cluster[1].Host.Failed.IsCompleted);
        AssertFailed(Answered(cluster, Propose(cluster[1], "y")), RequestOutcome.NotApplied);
    }

    [Fact]
    public void A_stop_answers_a_request_for_a_snapshot_that_waits_for_its_worker()
    {
        var cluster = new HostCluster(1);
        cluster.Create(1);
        cluster.Propose(cluster[1], 1, "x");
        cluster[1].Runner.Hold("snapshot-worker");
        var taken = TakeSnapshot(cluster[1], 1);
        cluster.Settle();
        cluster[1].Stop();
        AssertFailed(Answered(cluster, taken), RequestOutcome.Unknown);
        Assert.Equal(0, cluster[1].Machines[new GroupId(1)].Frozen);
    }

    [Fact]
    public void What_a_worker_had_taken_and_not_begun_when_it_failed_was_not_applied()
    {
        var cluster = new HostCluster(3, options => options with { PendingProposalsMax = 1 });
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var others = Enumerable.Range(1, 3).Select(i => cluster[i]).Where(store => store != leader).ToArray();
        // Of two forwards of a round the leader refuses one, while its own doors' requests wait behind them.
        cluster.Network.Tap = (_, message) => message.Forward is { IsAnswer: true, Accepted.Index: 0 }
            ? throw new InvalidOperationException("the transport is broken")
            : message;
        leader.Runner.Hold("group-0");
        var forwarded = others.Select(store => Propose(store, "forwarded")).ToArray();
        cluster.Settle();
        var write = Propose(leader, "x");
        var read = Read(leader, "y");
        leader.Runner.LetGo("group-0");

        Assert.Throws<InvalidOperationException>(cluster.Settle);
        cluster.Network.Tap = null;
        cluster.Settle();

        AssertFailed(write, RequestOutcome.NotApplied);
        AssertFailed(read, RequestOutcome.NotApplied);
        leader.Stop();
        cluster.Network.Cut(leader.Store);
        cluster.RunUntil(() => Array.TrueForAll(forwarded, task => task.IsCompleted));
    }

    [Fact]
    public void A_read_that_throws_leaves_no_other_request_unanswered()
    {
        var cluster = new HostCluster(1);
        cluster.Create(1);
        cluster.Propose(cluster[1], 1, "x");
        cluster[1].Machines[new GroupId(1)].OnRead = text =>
            Assert.False(string.Equals(text, "throw", StringComparison.Ordinal));
        Task[] tasks = [Read(cluster[1], "throw"), Read(cluster[1], "good"), Propose(cluster[1], "y")];
        try
        {
            cluster.Settle();
        }
        catch (Xunit.Sdk.FalseException)
        {
            // Whether it ends the store or only its group, somebody answers.
            cluster.Settle();
        }

        cluster[1].Stop();
        cluster.Settle();
        Assert.All(tasks, task => Assert.True(task.IsCompleted));
    }

    [Fact]
    public void A_stop_on_a_broken_disk_answers_everybody_and_returns()
    {
        var cluster = new HostCluster(1);
        cluster.Create(1);
        cluster.Create(2);
        cluster.Propose(cluster[1], 1, "x");
        cluster.Propose(cluster[1], 2, "x");
        cluster[1].Runner.Hold("snapshot-worker");
        Task[] taken = [TakeSnapshot(cluster[1], 1), TakeSnapshot(cluster[1], 2)];
        cluster.Settle();
        cluster[1].Runner.LetGo("snapshot-worker");
        // The first part of the first snapshot.
        cluster[1].Runner.RunDue();
        Assert.Equal(0, cluster[1].Snapshots.Taken);
        cluster[1].Snapshots.OnTakenDisposed =
            () => throw new InvalidOperationException("rmdir: read-only file system");

        cluster[1].Stop();
        cluster.Settle();

        Assert.All(taken, task => AssertFailed(task, RequestOutcome.Unknown));
        Assert.Contains(
            cluster[1].Remarks, remark => remark.EndsWith("rmdir: read-only file system", StringComparison.Ordinal));
        Assert.Equal(0, cluster[1].Machines[new GroupId(1)].Frozen);
        Assert.Equal(0, cluster[1].Machines[new GroupId(2)].Frozen);
    }

    [Fact]
    public void A_creation_that_no_worker_has_seen_was_not_applied()
    {
        var cluster = new HostCluster(1);
        cluster[1].Runner.Hold("group-0");
        var initial = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        var created = cluster[1].Host.CreateAsync(new GroupId(1), initial, CancellationToken.None);
        cluster[1].Stop();
        AssertFailed(Answered(cluster, created.AsTask()), RequestOutcome.NotApplied);
    }

    /// <summary>
    /// A read that has its index waits until that is applied. Its replica is removed before, and applies nothing more.
    /// </summary>
    [Fact]
    public void A_read_that_waits_at_a_replica_that_is_removed_is_answered()
    {
        var cluster = new HostCluster(4);
        cluster.CreateOn(1, 1, 2, 3, 4);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        var leaving = cluster[leader.Store.Value == 4 ? 3 : 4];
        cluster.Run(TimeSpan.FromSeconds(1));
        // Its disk is slow: what is committed comes to it, and is not durable there.
        leaving.Runner.Hold("log-writer");
        cluster.Propose(leader, 1, "x");
        var read = Read(leaving, "y");
        cluster.Run(TimeSpan.FromMilliseconds(200));
        Assert.False(read.IsCompleted);
        var removed = leader.Group(1).ChangeMembershipAsync(
            MembershipChange.Remove(new ReplicaId(leaving.Store.Value)), CancellationToken.None).AsTask();
        cluster.RunUntil(() => removed.IsCompleted && leaving.Group(1).Status.Failure is not null);
        cluster.Settle();
        var failure = Assert.IsType<RaftException>(read.Exception?.InnerException);
        Assert.Equal((RaftErrorCode.UnknownGroup, RequestOutcome.NotApplied), (failure.Code, failure.Outcome));
    }

    private static Task<T> Answered<T>(HostCluster cluster, Task<T> task)
    {
        cluster.Settle();
        return task;
    }

    private static Task Answered(HostCluster cluster, Task task)
    {
        cluster.Settle();
        return task;
    }

    private static void AssertFailed(Task task, RequestOutcome outcome)
    {
        var failure = Assert.IsType<RaftException>(task.Exception?.InnerException);
        Assert.Equal((RaftErrorCode.Stopped, outcome), (failure.Code, failure.Outcome));
    }

    private static Task<ApplyResult> Propose(HostUnderTest at, string command) =>
        at.Group(1).ProposeAsync(Encoding.UTF8.GetBytes(command), CancellationToken.None).AsTask();

    private static Task<ReadResult> Read(HostUnderTest at, string query) => at.Group(1)
        .ReadAsync(Encoding.UTF8.GetBytes(query), ReadConsistency.Linearizable, CancellationToken.None).AsTask();

    private static Task TakeSnapshot(HostUnderTest at, ulong group) =>
        at.Group(group).TakeSnapshotAsync(CancellationToken.None).AsTask();
}
