using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Tests.Fixture;
using Sampan.Raft;
using Sampan.Raft.Events;

namespace Sampan.MultiRaft.Tests;

/// <summary>
/// Purpose: one store goes on alone with all that it held when the majority is given up; whoever was given up is
/// refused when it comes back, serves nobody, and brings nothing with it (I-36).
/// </summary>
public sealed class LostMajorityTests
{
    private static readonly TimeSpan _long = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void The_store_that_is_left_leads_alone_and_has_everything_it_held(int count)
    {
        var cluster = Filled(count);
        Lose(cluster, count);
        var plan = cluster[1].Recover();
        Assert.Equal(1UL, plan.Generation);
        cluster[1].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1]);
        Assert.Equal(["0", "1", "2", "3"], cluster[1].Commands(1).Take(4));
        cluster.Propose(cluster[1], 1, "alone");
        Assert.Equal("alone", cluster[1].Commands(1)[^1]);
        var status = cluster[1].Group(1).Status;
        Assert.Equal([new ReplicaId(1)], status.Configuration.Voters.ToArray());
        Assert.Equal(1UL, status.Configuration.RecoveryGeneration);
    }

    /// <summary>An entry that nobody else has was not acknowledged, but nobody can tell it from one that was.</summary>
    [Fact]
    public void What_is_not_known_to_be_committed_is_kept()
    {
        var cluster = Filled(3);
        var transfer = cluster[1].Group(1);
        if (!transfer.Status.IsLeader)
        {
            var leader = cluster.Leader(1)!; // Filled waits for it.
            _ = leader.Group(1).TransferLeadershipAsync(new ReplicaId(1), CancellationToken.None).AsTask();
            cluster.RunUntil(() => cluster[1].Group(1).Status.IsLeader);
        }

        cluster[3].Stop();
        cluster[2].Stop();
        var open = cluster[1].Group(1).ProposeAsync("open"u8.ToArray(), CancellationToken.None).AsTask();
        cluster.Settle();
        Assert.False(open.IsCompleted);
        cluster[1].Stop();
        Assert.True(Assert.Single(cluster[1].Recover().Groups).UncommittedEntries > 0);
        cluster[1].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1] && cluster[1].Commands(1).Count == 5);
        Assert.Equal("open", cluster[1].Commands(1)[^1]);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    public void Whoever_was_given_up_comes_back_is_refused_and_serves_nobody(int count)
    {
        var cluster = Filled(count);
        Lose(cluster, count);
        cluster[1].Recover();
        cluster[1].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1]);
        cluster.Propose(cluster[1], 1, "alone");
        var kept = cluster[1].Commands(1).ToArray();
        var seen = Enumerable.Range(2, count - 1).ToDictionary(i => i, i => cluster[i].Events.Count);
        foreach (var i in seen.Keys)
        {
            cluster[i].Start();
        }

        cluster.Run(_long);
        foreach (var (i, before) in seen)
        {
            AssertServesNobody(cluster, i, before);
        }

        Assert.Contains(cluster[1].Transport.Refusals, reason => IsGivenUp(reason, "it belongs"));
        Assert.Equal(cluster[1], cluster.Leader(1));
        Assert.Equal(kept, cluster[1].Commands(1));
        cluster.Propose(cluster[1], 1, "on");
        Assert.Equal([.. kept, "on"], cluster[1].Commands(1));
    }

    /// <summary>
    /// The operator was wrong: the others only could not be reached, and served on. The first meeting ends that, and
    /// neither side takes anything from the other.
    /// </summary>
    [Fact]
    public void Two_sides_that_were_parted_do_not_merge_when_they_meet()
    {
        var cluster = Filled(3);
        cluster.Network.Part(1, 2);
        cluster.Network.Part(1, 3);
        cluster[1].Stop();
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster.Leader(1)!, 1, "there"); // There is one.
        cluster[1].Recover();
        cluster[1].Start();
        cluster.RunUntil(() => cluster[1].Group(1).Status.IsLeader);
        cluster.Propose(cluster[1], 1, "here");
        cluster.Network.HealAll();
        cluster.Run(_long);
        AssertServesNobody(cluster, 2, cluster[2].Events.Count);
        AssertServesNobody(cluster, 3, cluster[3].Events.Count);
        Assert.Equal(["0", "1", "2", "3", "here"], cluster[1].Commands(1));
        Assert.Equal(["0", "1", "2", "3", "there"], cluster[2].Commands(1));

        // The recovery was the mistake: it ends with the store on which it was done.
        cluster[1].Stop();
        foreach (var i in (int[])[2, 3])
        {
            cluster[i].Stop();
            cluster[i].Start();
        }

        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster[2], 1, "again");
        Assert.Equal(["0", "1", "2", "3", "there", "again"], cluster[2].Commands(1));
    }

    [Fact]
    public void Stores_with_empty_directories_join_what_is_left()
    {
        var cluster = Filled(3);
        Lose(cluster, 3);
        cluster[1].Recover();
        cluster[1].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1]);
        foreach (var i in (int[])[2, 3])
        {
            cluster[i].Wipe();
            var member = new Member(new ReplicaId((ulong)i + 10), new StoreId((ulong)i));
            Change(cluster, MembershipChange.AddLearner(member));
            cluster.RunUntil(() => cluster[i].Machines.Count == 1 && cluster[i].Commands(1).Count >= 4);
            Change(cluster, MembershipChange.AddVoter(member));
        }

        cluster[1].Stop();
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster[2], 1, "without the first");

        // Also after a restart of all: what they joined is kept.
        foreach (var i in (int[])[2, 3])
        {
            cluster[i].Stop();
            cluster[i].Start();
        }

        cluster[1].Start();
        cluster.RunUntil(() => cluster[1].Commands(1).Count == 5);
        Assert.Equal("without the first", cluster[1].Commands(1)[^1]);
    }

    /// <summary>Started with the first settings, they would be a majority of a group with the same id.</summary>
    [Fact]
    public void Stores_with_empty_directories_do_not_begin_a_group_anew_beside_what_is_left()
    {
        var cluster = Filled(3);
        Lose(cluster, 3);
        cluster[1].Recover();
        cluster[1].Start();
        cluster[2].Wipe();
        cluster[3].Wipe();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1]);
        cluster.Run(_long);
        var members = Enumerable.Range(1, 3).Select(i => new Member(new ReplicaId((ulong)i), new StoreId((ulong)i)));
        foreach (var i in (int[])[2, 3])
        {
            var asked = cluster[i].Host
                .CreateAsync(new GroupId(1), Configuration.Of(members, []), CancellationToken.None).AsTask();
            cluster.RunUntil(() => asked.IsCompleted);
            var failure = Assert.IsType<RaftException>(asked.Exception?.InnerException);
            Assert.Equal((RaftErrorCode.InvalidChange, RequestOutcome.NotApplied), (failure.Code, failure.Outcome));
            Assert.StartsWith(
                $"the configuration of group 1 has recovery generation 0, store {new StoreId((ulong)i)} has 1: ",
                failure.Message,
                StringComparison.Ordinal);
        }

        // One that is really new goes on from there.
        var first = new Configuration(
            [new ReplicaId(1), new ReplicaId(2), new ReplicaId(3)],
            [],
            [],
            [],
            autoLeave: false,
            members,
            recoveryGeneration: 1);
        cluster.Bootstrap(2, first, 1, 2, 3);
        cluster.RunUntil(() => cluster.Leader(2) is not null);
        cluster.Propose(cluster.Leader(2)!, 2, "new"); // There is one.
        Assert.Equal(cluster[1], cluster.Leader(1));
    }

    [Fact]
    public void Two_recoveries_are_two_clusters_that_never_meet()
    {
        var cluster = Filled(3);
        Lose(cluster, 3);
        cluster[1].Recover();
        cluster[2].Recover();
        cluster[1].Start();
        cluster[2].Start();
        cluster.RunUntil(() => cluster[1].Group(1).Status.IsLeader && cluster[2].Group(1).Status.IsLeader);
        Assert.Contains(
            cluster[1].Transport.Refusals,
            reason => reason.Contains("of different acts of `recover`", StringComparison.Ordinal));
        cluster.Propose(cluster[1], 1, "one");
        cluster.Propose(cluster[2], 1, "two");
        cluster.Run(_long);
        Assert.Equal(["0", "1", "2", "3", "one"], cluster[1].Commands(1));
        Assert.Equal(["0", "1", "2", "3", "two"], cluster[2].Commands(1));

        // Not even as a member: its directory is not empty.
        var second = new Member(new ReplicaId(2), new StoreId(2));
        Change(cluster, MembershipChange.AddLearner(second), at: 1);
        cluster.Propose(cluster[1], 1, "more");
        cluster.Run(_long);
        Assert.Equal(["0", "1", "2", "3", "two"], cluster[2].Commands(1));
    }

    [Fact]
    public void Snapshots_carry_the_generation()
    {
        var cluster = Filled(3, options => options with { SnapshotEntries = 3, CompactionMarginEntries = 0 });
        Lose(cluster, 3);
        cluster[1].Recover();
        cluster[1].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1]);
        for (var i = 0; i < 20; i++)
        {
            cluster.Propose(cluster[1], 1, "more");
        }

        cluster.Run(_long);
        cluster[1].Stop();
        var found = Assert.Single(cluster[1].Log.Recover().Groups);
        Assert.Empty(found.Configurations);
        Assert.All(
            found.Snapshots, mark => Assert.Equal(1UL, mark.Configuration.Configuration.RecoveryGeneration));
        cluster[1].Start();
        cluster[2].Start();
        cluster.Run(_long);
        Assert.Contains(cluster[2].Transport.Refusals, reason => IsGivenUp(reason, "store 2 belongs"));
        cluster.Propose(cluster[1], 1, "last");
    }

    [Fact]
    public void A_second_recovery_changes_nothing_and_a_later_loss_is_another_one()
    {
        var cluster = Filled(3);
        Lose(cluster, 3);
        cluster[1].Recover();
        var batches = cluster[1].Log.Batches;
        Assert.False(cluster[1].Recover().IsNeeded);
        Assert.Equal(batches, cluster[1].Log.Batches);
        cluster[1].Start();
        cluster[2].Wipe();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1]);
        Change(cluster, MembershipChange.AddVoter(new Member(new ReplicaId(12), new StoreId(2))));
        cluster[1].Stop();
        cluster[2].Stop();
        Assert.Equal(2UL, cluster[2].Recover().Generation);
        cluster[2].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[2]);
        cluster[1].Start();
        cluster.Run(_long);
        AssertServesNobody(cluster, 1, cluster[1].Events.Count);
        Assert.Equal(["0", "1", "2", "3"], cluster[2].Commands(1));
    }

    /// <summary>A priority of 0 means: never elected. There is nobody else now.</summary>
    [Fact]
    public void A_store_that_was_never_to_lead_leads()
    {
        var cluster = new HostCluster(3);
        var members = Enumerable.Range(1, 3).Select(
            i => new Member(new ReplicaId((ulong)i), new StoreId((ulong)i), default, i == 1 ? 0 : 1));
        cluster.Bootstrap(1, Configuration.Of(members, []), 1, 2, 3);
        cluster.RunUntil(() => cluster.Leader(1) is not null);
        cluster.Propose(cluster.Leader(1)!, 1, "kept"); // There is one.
        cluster.RunUntil(() => cluster[1].Commands(1).Count == 1);
        Lose(cluster, 3);
        cluster[1].Recover();
        cluster[1].Start();
        cluster.RunUntil(() => cluster.Leader(1) == cluster[1]);
        cluster.Propose(cluster[1], 1, "alone");
    }

    private static HostCluster Filled(int count, Func<StoreOptions, StoreOptions>? configure = null)
    {
        var cluster = new HostCluster(count, configure);
        cluster.Create(1);
        for (var i = 0; i < 4; i++)
        {
            cluster.Propose(cluster.Leader(1)!, 1, $"{i}"); // Create waits for it.
        }

        cluster.RunUntil(() => Enumerable.Range(1, count).All(i => cluster[i].Commands(1).Count == 4));
        return cluster;
    }

    private static void Lose(HostCluster cluster, int count)
    {
        for (var i = count; i > 0; i--)
        {
            cluster[i].Stop();
        }
    }

    private static void AssertServesNobody(HostCluster cluster, int store, int eventsBefore)
    {
        var status = cluster[store].Group(1).Status;
        Assert.False(status.IsLeader);
        Assert.StartsWith($"store {store} takes no part any more: ", status.Failure, StringComparison.Ordinal);
        Assert.Contains(cluster[store].Remarks, remark => remark == status.Failure);
        Assert.DoesNotContain(
            cluster[store].Events.Skip(eventsBefore),
            happened => happened is { Kind: RaftEventKind.RoleChanged, Role: Role.Leader });
        var asked = cluster[store].Group(1)
            .ProposeAsync(Encoding.UTF8.GetBytes("refused"), CancellationToken.None).AsTask();
        cluster.RunUntil(() => asked.IsCompleted);
        var failure = Assert.IsType<RaftException>(asked.Exception?.InnerException);
        Assert.Equal((RequestOutcome.NotApplied, status.Failure), (failure.Outcome, failure.Message));
    }

    private static bool IsGivenUp(string reason, string who) =>
        reason.Contains($"{who} to the majority that was given up by `recover`", StringComparison.Ordinal);

    private static void Change(HostCluster cluster, MembershipChange change, int at = 0)
    {
        var leader = at > 0 ? cluster[at] : cluster.Leader(1);
        Assert.NotNull(leader);
        var task = leader.Group(1).ChangeMembershipAsync(change, CancellationToken.None).AsTask();
        cluster.RunUntil(() => task.IsCompleted);
        Assert.True(task.IsCompletedSuccessfully, task.Exception?.InnerException?.Message);
    }
}
