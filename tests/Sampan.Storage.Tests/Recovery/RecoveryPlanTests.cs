using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Recovery;

namespace Sampan.Storage.Tests.Recovery;

/// <summary>
/// Purpose: it is decided from what a store holds which groups may go on alone, and why others may not.
/// </summary>
public sealed class RecoveryPlanTests
{
    private static readonly RecoveredGroup _group = new()
    {
        Group = new GroupId(7),
        Replica = new ReplicaId(1),
        Tombstone = ReplicaId.None,
        HardState = new HardState(5, new ReplicaId(2), 8),
        Base = LogId.Zero,
        TermRuns = [new LogId(3, 1), new LogId(4, 6)],
        LastIndex = 10,
        TimeTicks = 99,
        Bootstrap = null,
        Configurations = [new ConfigurationEntry(1, DataDirectory.Three)],
        Snapshots = [],
    };

    [Fact]
    public void A_voter_of_a_lost_majority_is_to_go_on_alone()
    {
        var plan = Plan(_group);
        Assert.True(plan.IsNeeded);
        Assert.Equal(1UL, plan.Generation);
        var group = Assert.Single(plan.Groups);
        Assert.Equal(RecoveryVerdict.Recovered, group.Verdict);
        Assert.Equal((new LogId(4, 10), 2UL), (group.Last, group.UncommittedEntries));
    }

    [Fact]
    public void Learners_joint_states_and_what_is_not_committed_do_not_hinder_a_voter()
    {
        foreach (var configuration in (Configuration[])
        [
            Configuration.Of([DataDirectory.Member(1), DataDirectory.Member(2)], [DataDirectory.Member(3)]),
            Joint(incoming: [2, 3], outgoing: [1, 2, 3]),
            Joint(incoming: [1, 2, 3], outgoing: [2, 3]),
        ])
        {
            var group = _group with { Configurations = [.. _group.Configurations, new(10, configuration)] };
            Assert.Equal(RecoveryVerdict.Recovered, Assert.Single(Plan(group).Groups).Verdict);
        }
    }

    [Fact]
    public void One_that_is_alone_already_is_left_as_it_is()
    {
        var alone = Configuration.Of([DataDirectory.Member(1)], []);
        var plan = Plan(_group with { Configurations = [new(9, alone)] });
        Assert.Equal(RecoveryVerdict.Alone, Assert.Single(plan.Groups).Verdict);
        Assert.Empty(plan.Refusals);
        Assert.False(plan.IsNeeded);
        Assert.Equal(0UL, plan.Generation);
    }

    [Fact]
    public void The_generation_is_above_everything_that_the_store_knows()
    {
        var of = (ulong generation) => new Configuration(
            [new ReplicaId(1), new ReplicaId(2)],
            [],
            [],
            [],
            autoLeave: false,
            [DataDirectory.Member(1), DataDirectory.Member(2)],
            generation);
        var mark = new SnapshotMeta(new LogId(3, 5), new ConfigurationEntry(5, of(4)), 1);
        Assert.Equal(4UL, Plan(_group with { Configurations = [new(10, of(3))] }).Generation);
        Assert.Equal(6UL, Plan(_group with { Bootstrap = of(5) }).Generation);
        Assert.Equal(5UL, Plan(_group with { Snapshots = [mark] }).Generation);
        var record = new StoreRecord { Kind = StoreRecordKind.RecoveryGeneration, RecoveryGeneration = 8 };
        Assert.Equal(9UL, Plan(_group, [record]).Generation);
        var other = _group with { Group = new GroupId(8), Configurations = [new(10, of(6))] };
        Assert.Equal(7UL, Make([_group, other], []).Generation);
    }

    [Fact]
    public void What_cannot_go_on_is_refused_with_a_sentence()
    {
        var empty = _group with { LastIndex = 0, TermRuns = [] };
        var other = DataDirectory.Member(1) with { Incarnation = new Incarnation(9, 9) };
        AssertRefused(
            "is a learner: the others never waited for it",
            Newest(Configuration.Of([DataDirectory.Member(2)], [DataDirectory.Member(1)])));
        AssertRefused(
            "was removed from the group",
            Newest(Configuration.Of([DataDirectory.Member(2), DataDirectory.Member(3)], [])));
        AssertRefused("never received the group's configuration", empty with { Configurations = [] });
        AssertRefused(
            "means another data directory", Newest(Configuration.Of([other, DataDirectory.Member(2)], [])));
        AssertRefused("never took part", AsBegun(empty));
        AssertRefused("holds no entry", AsBegun(empty) with { IsAdmitted = true });
        AssertRefused("has no sound snapshot", _group with { Base = new LogId(3, 4) });

        static void AssertRefused(string sentence, RecoveredGroup group)
        {
            var plan = Plan(group);
            Assert.False(plan.IsNeeded);
            Assert.Contains(sentence, Assert.Single(plan.Refusals), StringComparison.Ordinal);
            Assert.Contains("replica 1 of group 7 ", plan.Refusals[0], StringComparison.Ordinal);
            Assert.Equal(RecoveryVerdict.Refused, Assert.Single(plan.Groups).Verdict);
        }
    }

    [Fact]
    public void One_refused_group_hinders_all_until_the_others_are_named()
    {
        var learner = Newest(Configuration.Of([DataDirectory.Member(2)], [DataDirectory.Member(1)]));
        var other = _group with { Group = new GroupId(8) };
        Assert.Single(Make([learner, other], []).Refusals);
        var plan = Make([learner, other], [], 8);
        Assert.True(plan.IsNeeded);
        Assert.Equal(
            [RecoveryVerdict.LeftOut, RecoveryVerdict.Recovered], plan.Groups.Select(group => group.Verdict));
    }

    [Fact]
    public void Groups_that_are_not_here_are_refused()
    {
        var gone = _group with { Replica = ReplicaId.None, Tombstone = new ReplicaId(4) };
        Assert.Contains("has no replica of any group", Assert.Single(Plan(gone).Refusals), StringComparison.Ordinal);
        Assert.Contains("no replica of any group", Assert.Single(Make([], []).Refusals), StringComparison.Ordinal);
        var named = Make([gone], [], 7, 9).Refusals;
        Assert.Contains("replicas up to 4 are gone for good", named[0], StringComparison.Ordinal);
        Assert.Contains("group 9 never had a replica", named[1], StringComparison.Ordinal);
    }

    private static RecoveryPlan Plan(RecoveredGroup group, params StoreRecord[] records) => Make([group], records);

    private static RecoveryPlan Make(
        IReadOnlyList<RecoveredGroup> groups, IReadOnlyList<StoreRecord> records, params ulong[] wanted) =>
        RecoveryPlan.Make(
            DataDirectory.Identity,
            groups,
            records,
            group => group.Base.Index == 0 || group.Snapshots.Count > 0,
            wanted.Length > 0 ? wanted.Select(id => new GroupId(id)).ToHashSet() : null);

    private static RecoveredGroup Newest(Configuration configuration) =>
        _group with { Configurations = [.. _group.Configurations, new(9, configuration)] };

    // Bootstrapped here, and nobody is bound yet.
    private static RecoveredGroup AsBegun(RecoveredGroup group) => group with
    {
        Bootstrap = Configuration.Of(
            DataDirectory.Three.Members.ToArray().Select(member => new Member(member.Replica, member.Store)), []),
        Configurations = [],
    };

    private static Configuration Joint(ulong[] incoming, ulong[] outgoing) => new(
        incoming.Select(id => new ReplicaId(id)),
        outgoing.Select(id => new ReplicaId(id)),
        [],
        [],
        autoLeave: true,
        incoming.Union(outgoing).Select(DataDirectory.Member),
        recoveryGeneration: 0);
}
