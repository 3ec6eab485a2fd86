using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;
using Sampan.Raft.Events;

namespace Sampan.MultiRaft.Tests;

/// <summary>Purpose: a request that enters by any door of a cluster leaves by it, answered truly.</summary>
public sealed class HostTests
{
    [Fact]
    public void A_proposal_is_applied_everywhere_and_answered_at_its_door()
    {
        var cluster = new HostCluster(3);
        cluster.Create(7);
        for (var i = 1; i <= 3; i++)
        {
            var result = cluster.Propose(cluster[i], 7, $"from {i}");
            Assert.Equal(i, BitConverter.ToInt32(result.Result.Span));
        }

        cluster.Settle();
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(["from 1", "from 2", "from 3"], cluster[i].Commands(7));
        }
    }

    [Fact]
    public void Reads_at_every_store_see_what_was_acknowledged()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        cluster.Propose(cluster[2], 1, "x");
        for (var i = 1; i <= 3; i++)
        {
            Assert.Equal(1, cluster.ReadCount(cluster[i], 1));
        }
    }

    [Fact]
    public void What_was_acknowledged_survives_a_stop_of_all()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        for (var i = 0; i < 20; i++)
        {
            cluster.Propose(cluster[1 + (i % 3)], 1, $"{i}");
        }

        for (var i = 1; i <= 3; i++)
        {
            cluster[i].Stop();
        }

        for (var i = 1; i <= 3; i++)
        {
            cluster[i].Start();
        }

        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster[1], 1, "after");
        cluster.RunUntil(() => Enumerable.Range(1, 3).All(i => cluster[i].Commands(1).Count == 21));
        Assert.Equal([.. Enumerable.Range(0, 20).Select(i => $"{i}"), "after"], cluster[3].Commands(1));
    }

    [Fact]
    public void A_follower_that_was_away_comes_back_by_snapshot()
    {
        var cluster = new HostCluster(3, options => options with { SnapshotEntries = 20, CompactionMarginEntries = 5 });
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var away = cluster[leader.Store.Value == 3 ? 2 : 3];
        away.Stop();
        for (var i = 0; i < 100; i++)
        {
            cluster.Propose(leader, 1, $"{i}");
        }

        cluster.RunUntil(() => leader.Group(1).Status.FirstIndex > 20);
        away.Start();
        cluster.RunUntil(() => away.Commands(1).Count == 100);
        Assert.Equal(leader.Commands(1), away.Commands(1));
        Assert.True(away.Snapshots.Count is 1 or 2);
        away.Stop();
        away.Start();
        cluster.RunUntil(() => away.Commands(1).Count == 100);
    }

    /// <summary>What snapshots write stays in proportion to what clients write, however large the state is.</summary>
    [Theory]
    [InlineData(0, 40, 41)]
    [InlineData(50, 7, 10)]
    [InlineData(100, 4, 7)]
    public void Snapshots_wait_until_the_log_has_grown_with_the_state(int percent, int least, int most)
    {
        var cluster = new HostCluster(
            1,
            options => options with
            {
                SnapshotEntries = 10,
                SnapshotGrowthPercent = percent,
                CompactionMarginEntries = 0,
            });
        cluster.Create(1);
        for (var i = 0; i < 400; i++)
        {
            cluster.Propose(cluster[1], 1, new string('c', 1000));
        }

        Assert.InRange(cluster[1].Snapshots.Taken, least, most);
        var taken = cluster[1].Snapshots.Taken;
        cluster[1].Stop();
        cluster[1].Start();
        cluster.RunUntil(() => cluster[1].Commands(1).Count == 400);
        Assert.Equal(taken, cluster[1].Snapshots.Taken);
    }

    [Fact]
    public void Stores_with_a_hundred_groups_serve_them_all()
    {
        var cluster = new HostCluster(3);
        for (var group = 1UL; group <= 100; group++)
        {
            cluster.Create(group);
        }

        var tasks = new List<Task<ApplyResult>>();
        for (var group = 1UL; group <= 100; group++)
        {
            for (var i = 1; i <= 3; i++)
            {
                tasks.Add(cluster[i].Group(group).ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask());
            }
        }

        cluster.RunUntil(() => tasks.TrueForAll(task => task.IsCompleted));
        Assert.All(tasks, task => Assert.True(task.IsCompletedSuccessfully));
        Assert.All(Enumerable.Range(1, 100), group => Assert.Equal(3, cluster[2].Commands((ulong)group).Count));
    }

    [Fact]
    public void A_forward_whose_leader_is_lost_is_unknown_and_not_repeated()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var door = cluster[leader.Store.Value == 1 ? 2 : 1];
        var task = door.Group(1).ProposeAsync("lost"u8.ToArray(), CancellationToken.None).AsTask();
        door.Runner.RunDue();
        cluster.Network.Cut(leader.Store);
        cluster.RunUntil(() => task.IsCompleted);
        var failure = Assert.IsType<RaftException>(task.Exception?.InnerException);
        Assert.Equal(RequestOutcome.Unknown, failure.Outcome);
        Assert.False(failure.IsRetryable);
    }

    [Fact]
    public void A_state_machine_that_throws_stops_its_group_and_no_other()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        cluster.Create(2);
        var task = cluster[1].Group(1).ProposeAsync("throw"u8.ToArray(), CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.Equal(RaftErrorCode.Poisoned, Assert.IsType<RaftException>(task.Exception?.InnerException).Code);
        cluster.Settle();
        Assert.NotNull(cluster[1].Group(1).Status.Failure);
        cluster.Propose(cluster[1], 2, "fine");
    }

    [Fact]
    public void Cancellation_ends_the_wait_and_not_the_proposal()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        using var cancellation = new CancellationTokenSource();
        var task = cluster[1].Group(1).ProposeAsync("kept"u8.ToArray(), cancellation.Token).AsTask();
        cancellation.Cancel();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCanceled);
        cluster.RunUntil(() => cluster[3].Commands(1).Count == 1);
    }

    [Fact]
    public void Leadership_moves_where_it_is_sent()
    {
        var cluster = new HostCluster(3);
        cluster.Create(1);
        var leader = cluster.Leader(1)!; // Create waits for it.
        var target = new ReplicaId((leader.Store.Value % 3) + 1);
        var task = leader.Group(1).TransferLeadershipAsync(target, CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully);
        cluster.RunUntil(() => cluster.Leader(1)?.Store.Value == target.Value);
    }

    [Fact]
    public void A_member_that_is_added_is_created_by_its_leader_and_one_that_is_removed_is_destroyed()
    {
        var cluster = new HostCluster(4);
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        cluster.Propose(leader, 1, "before");
        Change(cluster, leader, MembershipChange.AddLearner(new Member(new ReplicaId(4), new StoreId(4))));
        cluster.RunUntil(() => cluster[4].Machines.Count == 1 && cluster[4].Commands(1).Count == 1);
        Change(cluster, leader, MembershipChange.AddVoter(new Member(new ReplicaId(4), new StoreId(4))));
        Change(cluster, leader, MembershipChange.Remove(new ReplicaId(4)));
        cluster.RunUntil(() => cluster[4].Host.List().Count == 0);
        cluster.Propose(leader, 1, "after");
    }

    /// <summary>
    /// C9: who promotes a learner names its store, not the incarnation that the leader has bound meanwhile.
    /// </summary>
    [Fact]
    public void A_promotion_never_unbinds_a_member()
    {
        var cluster = new HostCluster(4);
        cluster.CreateOn(1, 1, 2, 3);
        var leader = cluster.Leader(1)!; // CreateOn waits for it.
        var fourth = new Member(new ReplicaId(4), new StoreId(4));
        Change(cluster, leader, MembershipChange.AddLearner(fourth));
        cluster.RunUntil(() => IsBound(leader.Group(1).Status.Configuration, fourth.Replica));
        cluster.Propose(leader, 1, "x");
        cluster.RunUntil(() => cluster[4].Machines.Count == 1 && cluster[4].Commands(1).Count == 1);
        var seen = leader.Events.Count;
        Change(cluster, leader, MembershipChange.AddVoter(fourth));
        cluster.RunUntil(() => leader.Group(1).Status.Configuration is { IsJoint: false } now && now.IsVoter(new(4)));
        var configurations = leader.Events.Skip(seen)
            .Where(happened => happened.Kind == RaftEventKind.ConfigurationChanged)
            .Select(happened => happened.Configuration)
            .OfType<Configuration>()
            .ToArray();
        Assert.NotEmpty(configurations);
        Assert.All(configurations, configuration => Assert.True(IsBound(configuration, fourth.Replica)));
    }

    /// <summary>The new half needs the new member, so it must be bound by the very change that adds it.</summary>
    [Fact]
    public void A_group_of_one_grows_to_two()
    {
        var cluster = new HostCluster(2);
        cluster.CreateOn(1, 1);
        cluster.Propose(cluster[1], 1, "before");
        Change(cluster, cluster[1], MembershipChange.AddVoter(new Member(new ReplicaId(2), new StoreId(2))));
        cluster.Propose(cluster[1], 1, "after");
        cluster.RunUntil(() => cluster[2].Machines.Count == 1 && cluster[2].Commands(1).Count == 2);
        Assert.Equal(2, cluster[1].Group(1).Status.Configuration.Voters.Length);
    }

    [Fact]
    public void A_group_of_more_members_than_the_log_has_room_for_is_refused()
    {
        var cluster = new HostCluster(1);
        var members = Enumerable.Range(1, Configuration.MembersMax + 1)
            .Select(id => new Member(new ReplicaId((ulong)id), new StoreId((ulong)id)));
        var refused = cluster[1].Host.CreateAsync(
            new GroupId(1), Configuration.Of(members, []), CancellationToken.None).AsTask();
        cluster.RunUntil(() => refused.IsCompleted);
        var failure = Assert.IsType<RaftException>(refused.Exception?.InnerException);
        Assert.Equal((RaftErrorCode.InvalidChange, RequestOutcome.NotApplied), (failure.Code, failure.Outcome));
        Assert.Contains("33 members; a group has 32 at most", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_voter_on_a_store_that_nobody_met_is_refused_and_a_learner_waits_for_it()
    {
        var cluster = new HostCluster(2, prepare: network => network.Part(1, 2));
        cluster.CreateOn(1, 1);
        var second = new Member(new ReplicaId(2), new StoreId(2));
        var refused = cluster[1].Group(1)
            .ChangeMembershipAsync(MembershipChange.AddVoter(second), CancellationToken.None).AsTask();
        cluster.RunUntil(() => refused.IsCompleted);
        var failure = Assert.IsType<RaftException>(refused.Exception?.InnerException);
        Assert.Equal((RaftErrorCode.InvalidChange, RequestOutcome.NotApplied), (failure.Code, failure.Outcome));
        Assert.Contains("has not met store 2", failure.Message, StringComparison.Ordinal);

        Change(cluster, cluster[1], MembershipChange.AddLearner(second));
        cluster.Propose(cluster[1], 1, "x");
        cluster.Network.HealAll();
        cluster.RunUntil(() => cluster[2].Machines.Count == 1 && cluster[2].Commands(1).Count == 1);
        Change(cluster, cluster[1], MembershipChange.AddVoter(second));
        cluster.Propose(cluster[1], 1, "y");
    }

    [Fact]
    public void A_bootstrapped_learner_hears_the_only_voter()
    {
        var cluster = new HostCluster(2);
        var initial = Configuration.Of(
            [new Member(new ReplicaId(1), new StoreId(1))], [new Member(new ReplicaId(2), new StoreId(2))]);
        cluster.Bootstrap(1, initial, 1, 2);
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster[1], 1, "x");
        cluster.RunUntil(() => cluster[2].Commands(1).Count == 1);
    }

    [Fact]
    public void A_log_without_room_for_another_group_refuses_it_and_the_others_go_on()
    {
        var cluster = new HostCluster(2);
        cluster.CreateOn(1, 1);
        cluster[1].Log.GroupsMax = 2;
        var alone = Configuration.Of([new Member(new ReplicaId(1), new StoreId(1))], []);
        var tasks = Enumerable.Range(2, 3)
            .Select(group => cluster[1].Host
                .CreateAsync(new GroupId((ulong)group), alone, CancellationToken.None).AsTask())
            .ToArray();
        cluster.RunUntil(() => Array.TrueForAll(tasks, task => task.IsCompleted));
        Assert.True(tasks[0].IsCompletedSuccessfully);
        foreach (var task in tasks[1..])
        {
            var failure = Assert.IsType<RaftException>(task.Exception?.InnerException);
            Assert.Equal((RaftErrorCode.Busy, RequestOutcome.NotApplied), (failure.Code, failure.Outcome));
            Assert.Contains("no room for group", failure.Message, StringComparison.Ordinal);
        }

        Assert.Equal(2, cluster[1].Host.List().Count);
        cluster.Propose(cluster[1], 1, "x");
        cluster[1].Log.GroupsMax = 3;
        cluster.CreateOn(3, 1);
    }

    [Fact]
    public void A_leader_cannot_make_a_replica_where_the_log_has_no_room()
    {
        var cluster = new HostCluster(2);
        cluster.CreateOn(1, 1);
        cluster.CreateOn(2, 2);
        cluster[2].Log.GroupsMax = 1;
        Change(cluster, cluster[1], MembershipChange.AddLearner(new Member(new ReplicaId(2), new StoreId(2))));
        cluster.Propose(cluster[1], 1, "x");
        cluster.Run(TimeSpan.FromSeconds(3));
        Assert.Single(cluster[2].Host.List());
        Assert.Contains("no room for group 1", Assert.Single(cluster[2].Remarks), StringComparison.Ordinal);
        cluster.Propose(cluster[2], 2, "y");
        cluster[2].Log.GroupsMax = 2;
        cluster.RunUntil(() => cluster[2].Machines.Count == 2 && cluster[2].Commands(1).Count == 1);
    }

    /// <summary>
    /// A replay comes in large pieces; a call of the worker stays short, or its watchdog would speak up.
    /// </summary>
    [Fact]
    public void A_replay_is_applied_in_short_calls()
    {
        var cluster = new HostCluster(1, options => options with { SnapshotEntries = 0 });
        cluster.Create(1);
        var tasks = Enumerable.Range(0, 5000)
            .Select(i => cluster[1].Group(1).ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask())
            .ToArray();
        cluster.RunUntil(() => Array.TrueForAll(tasks, task => task.IsCompletedSuccessfully));
        cluster[1].Stop();
        cluster[1].ApplyCost = TimeSpan.FromMicroseconds(10);
        cluster[1].Start();
        cluster.RunUntil(() => cluster[1].Commands(1).Count == 5000);
        Assert.InRange(
            cluster[1].Runner.Longest("apply-worker"), TimeSpan.FromMicroseconds(100), TimeSpan.FromMilliseconds(3));
    }

    /// <summary>What is left of a piece that was begun fails once, and what was applied of it was answered.</summary>
    [Fact]
    public void A_stop_or_a_fault_in_the_middle_of_a_piece_answers_everybody_once()
    {
        foreach (var isFault in (bool[])[false, true])
        {
            var cluster = new HostCluster(1);
            cluster.Create(1);
            cluster[1].Runner.Hold("apply-worker");
            var tasks = Enumerable.Range(0, 1000)
                .Select(i => cluster[1].Group(1).ProposeAsync(
                    isFault && i == 700 ? "throw"u8.ToArray() : "x"u8.ToArray(), CancellationToken.None).AsTask())
                .ToArray();
            cluster.Settle();
            cluster[1].ApplyCost = TimeSpan.FromMilliseconds(1);
            cluster[1].Runner.LetGo("apply-worker");
            cluster[1].Runner.RunDue();
            cluster[1].Runner.RunDue();
            if (!isFault)
            {
                cluster[1].Stop();
            }

            cluster.Settle();
            Assert.All(tasks, task => Assert.True(task.IsCompleted));
            var applied = tasks.Count(task => task.IsCompletedSuccessfully);
            Assert.InRange(applied, 1, 999);
            Assert.All(tasks[..applied], task => Assert.True(task.IsCompletedSuccessfully));
            Assert.All(tasks[applied..], task => Assert.Equal(
                isFault ? RaftErrorCode.Poisoned : RaftErrorCode.Stopped,
                Assert.IsType<RaftException>(task.Exception?.InnerException).Code));
        }
    }

    [Fact]
    public void A_full_disk_refuses_proposals_until_there_is_room()
    {
        var cluster = new HostCluster(1, options => options with { SnapshotEntries = 5, CompactionMarginEntries = 0 });
        cluster.Create(1);
        cluster[1].Snapshots.Fault = new StorageFullException("no space left");
        // With the entry that opens the term these are the five after which a snapshot is due.
        for (var i = 0; i < 4; i++)
        {
            cluster.Propose(cluster[1], 1, $"{i}");
        }

        var refused = Assert.Throws<RaftException>(() => cluster.Propose(cluster[1], 1, "refused"));
        Assert.Equal((RaftErrorCode.NoSpace, RequestOutcome.NotApplied), (refused.Code, refused.Outcome));
        cluster[1].Snapshots.Fault = null;
        cluster.RunUntil(() => cluster[1].Snapshots.Count == 1);
        cluster.Propose(cluster[1], 1, "taken");
    }

    [Fact]
    public void A_log_that_fails_stops_the_store_and_answers_everybody()
    {
        var cluster = new HostCluster(1);
        cluster.Create(1);
        cluster[1].Log.Fault = new StorageDamagedException("input/output error");
        var task = cluster[1].Group(1).ProposeAsync("x"u8.ToArray(), CancellationToken.None).AsTask();
        Assert.Throws<StorageDamagedException>(cluster.Settle);
        cluster[1].Stop();
        cluster.Settle();
        var failure = Assert.IsType<RaftException>(task.Exception?.InnerException);
        Assert.Equal((RaftErrorCode.Stopped, RequestOutcome.Unknown), (failure.Code, failure.Outcome));
    }

    private static bool IsBound(Configuration configuration, ReplicaId replica) =>
        configuration.TryGetMember(replica, out var member) && member.Incarnation.IsBound;

    private static void Change(HostCluster cluster, HostUnderTest leader, MembershipChange change)
    {
        var task = leader.Group(1).ChangeMembershipAsync(change, CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully, task.Exception?.InnerException?.Message);
    }
}
