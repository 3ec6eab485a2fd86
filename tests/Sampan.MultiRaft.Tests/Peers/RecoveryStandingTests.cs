using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Peers;

namespace Sampan.MultiRaft.Tests.Peers;

/// <summary>
/// Purpose: what a recovery gave up never comes back, a store that holds nothing may join what it left, and two
/// recoveries never become one (I-36).
/// </summary>
/// <remarks>
/// Stores 1 to 3 carry a group. Store 1 was recovered where a test says so; store 4 has an empty directory.
/// </remarks>
public sealed class RecoveryStandingTests
{
    private static readonly GroupId _group = new(1);

    private readonly TestStore _one = new(1, incarnation: 100, 1, 2, 3, 4, 5);
    private readonly TestStore _two = new(2, incarnation: 100, 1, 2, 3, 4, 5);
    private readonly TestStore _three = new(3, incarnation: 100, 1, 2, 3, 4, 5);
    private readonly TestStore _four = new(4, incarnation: 100, 1, 2, 3, 4, 5);

    /// <summary>All of the group's members have met, and it has had a leader.</summary>
    public RecoveryStandingTests()
    {
        foreach (var store in (TestStore[])[_one, _two, _three])
        {
            store.Commit(_group, Bound(_one, _two, _three));
        }

        Assert.True(_one.Meet(_two) && _one.Meet(_three) && _two.Meet(_three));
    }

    [Fact]
    public void Members_of_the_majority_that_was_given_up_are_refused_on_either_side()
    {
        _one.Recover(_group, generation: 1);
        Assert.Equal(1UL, _one.Table.Introduce(_two.Id).RecoveryGeneration);
        Assert.Contains(
            "store 2 has recovery generation 0, store 1 has 1: it belongs to the majority that was given up by",
            _one.Ask(_two).Reason,
            StringComparison.Ordinal);
        Assert.Contains(
            "store 1 has recovery generation 1, store 2 only 0: store 2 belongs to the majority that was given up by",
            _two.Ask(_one).Reason,
            StringComparison.Ordinal);
        Assert.Equal(0, _one.UnderWay + _two.UnderWay);
        Assert.True(_one.Table.View.MayAct(_group));
    }

    [Fact]
    public void A_store_that_hears_of_the_recovery_takes_no_part_as_long_as_it_runs()
    {
        _one.Recover(_group, generation: 1);
        Assert.True(_two.Table.View.MayAct(_group));
        _two.Ask(_one);
        Assert.False(_two.Table.View.MayAct(_group));
        Assert.False(_two.Table.View.MayCreate);
        Assert.StartsWith("store 2 takes no part any more: ", _two.Table.Explain(), StringComparison.Ordinal);
        Assert.Equal(_two.Table.Explain(), _two.Table.View.GivenUp);

        // The recovery may have been a mistake, which ends with the store on which it was done.
        _two.Restart();
        Assert.True(_two.Table.View.MayAct(_group));
        Assert.Null(_two.Table.View.GivenUp);
    }

    /// <summary>It would take them along to the side that was given up.</summary>
    [Fact]
    public void Nobody_joins_a_store_that_was_given_up()
    {
        _one.Recover(_group, generation: 1);
        _two.Ask(_one);
        Assert.Equal(_two.Table.View.GivenUp, _two.Ask(_four).Reason);
        _four.Ask(_two);
        _four.PersistAll();
        Assert.True(_one.Meet(_four));
        Assert.Equal(1UL, _four.Table.Introduce(_one.Id).RecoveryGeneration);
    }

    [Fact]
    public void A_configuration_that_is_not_committed_speaks_too()
    {
        _one.Table.Found(recoveryGeneration: 7);
        Assert.Equal(7UL, _one.Table.Introduce(_two.Id).RecoveryGeneration);
        Assert.Contains("store 1 has 7", _one.Ask(_two).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_store_that_holds_nothing_joins_for_good()
    {
        _one.Recover(_group, generation: 1);
        Assert.False(_four.Table.View.MayCreate);
        Assert.True(_one.Meet(_four));
        Assert.True(_four.Table.View.MayCreate);
        var record = Assert.Single(_four.Durable, kept => kept.Kind == StoreRecordKind.RecoveryGeneration);
        Assert.Equal((1UL, _one.Incarnation), (record.RecoveryGeneration, record.Incarnation));
        Assert.Contains("it belongs to the majority", _four.Ask(_two).Reason, StringComparison.Ordinal);

        // With a replica, whose configuration it may not have received yet.
        _four.Restart();
        _four.Table.Found(recoveryGeneration: 0);
        Assert.True(_one.Meet(_four));
        Assert.Contains("it belongs to the majority", _four.Ask(_two).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_holds_nothing_goes_with_a_later_recovery_but_not_back()
    {
        _one.Recover(_group, generation: 1);
        Assert.True(_one.Meet(_four));
        _one.Recover(_group, generation: 2);
        _four.Restart();
        Assert.Contains("it belongs to the majority", _four.Ask(_two).Reason, StringComparison.Ordinal);
        Assert.True(_one.Meet(_four));
        Assert.Equal(2UL, _four.Table.Introduce(_one.Id).RecoveryGeneration);
    }

    /// <summary>A record that was on its way when the process died is written again.</summary>
    [Fact]
    public void Joining_is_repeated_after_a_crash()
    {
        _one.Recover(_group, generation: 1);
        _four.Ask(_one);
        _four.PersistAll();
        var stream = new StoreConnection(_one.Id, _one.Boot, Number: 1);
        _four.Table.Introduced(stream, _one.Table.Introduce(_four.Id));
        Assert.Equal(1, _four.UnderWay);
        Assert.True(_four.Table.View.MayCreate);
        _four.Restart();
        Assert.False(_four.Table.View.MayCreate);
        Assert.True(_one.Meet(_four));
        Assert.Contains(_four.Durable, kept => kept.Kind == StoreRecordKind.RecoveryGeneration);
    }

    [Fact]
    public void Two_that_hold_nothing_learn_from_each_other_what_the_first_one_joined()
    {
        var five = new TestStore(5, incarnation: 100, 1, 2, 3, 4, 5);
        Assert.True(_four.Meet(five));
        Assert.False(_four.Table.View.MayCreate || five.Table.View.MayCreate);
        _one.Recover(_group, generation: 1);
        Assert.True(_one.Meet(_four));
        _four.Exchange(five);
        Assert.True(five.Table.View.MayCreate);
        Assert.True(_one.Meet(five));
    }

    [Fact]
    public void Two_that_met_before_they_joined_different_sides_part()
    {
        var five = new TestStore(5, incarnation: 100, 1, 2, 3, 4, 5);
        Assert.True(_four.Meet(five));
        Assert.True(_two.Meet(five));
        _one.Recover(_group, generation: 1);
        Assert.True(_one.Meet(_four));
        _four.Exchange(five);
        Assert.Contains("store 5 takes no part any more", five.Table.View.GivenUp, StringComparison.Ordinal);
        Assert.Null(_four.Table.View.GivenUp);
        Assert.False(five.Table.View.MayTalk(new Member(new ReplicaId(4), _four.Id, _four.Incarnation, 1)));
    }

    [Fact]
    public void Two_recoveries_are_two_clusters()
    {
        _one.Recover(_group, generation: 1);
        _two.Recover(_group, generation: 1);
        foreach (var refused in (Reply[])[_one.Ask(_two), _two.Ask(_one)])
        {
            Assert.Contains("of different acts of `recover`", refused.Reason, StringComparison.Ordinal);
        }

        Assert.Null(_one.Table.View.GivenUp);
        Assert.Null(_two.Table.View.GivenUp);
    }

    /// <summary>
    /// What was recorded of a store that was given up no longer protects anything: it comes back empty.
    /// </summary>
    [Fact]
    public void A_store_that_was_given_up_may_come_back_with_an_empty_directory()
    {
        _one.Recover(_group, generation: 1);
        _one.Commit(_group, new Configuration(
            [new ReplicaId(1)],
            [],
            [new ReplicaId(20)],
            [],
            autoLeave: false,
            [
                new Member(new ReplicaId(1), _one.Id, _one.Incarnation, Member.DefaultPriority),
                new Member(new ReplicaId(20), _two.Id),
            ],
            recoveryGeneration: 1));
        Assert.DoesNotContain(_one.Table.View.Recorded, known => known.Store == _two.Id);
        var emptied = new TestStore(2, incarnation: 200, 1, 2, 3, 4, 5);
        Assert.True(_one.Meet(emptied));
        Assert.Contains(new RecordedStore(_two.Id, emptied.Incarnation), _one.Table.View.Recorded);
    }

    /// <summary>
    /// Four empty directories that are begun anew with the first settings: enough of them to admit each other.
    /// </summary>
    [Fact]
    public void A_new_beginning_beside_the_recovered_store_ends_when_they_meet()
    {
        _one.Recover(_group, generation: 1);
        var anew = Enumerable.Range(2, 4)
            .Select(id => new TestStore((ulong)id, incarnation: 200, 1, 2, 3, 4, 5)).ToArray();
        var initial = Configuration.Of(
            Enumerable.Range(1, 5).Select(id => new Member(new ReplicaId((ulong)id), new StoreId((ulong)id))), []);
        foreach (var store in anew)
        {
            store.Bootstrap(_group, initial);
            Assert.Contains("it belongs to the majority", _one.Ask(store).Reason, StringComparison.Ordinal);
            store.Ask(_one);
            Assert.False(store.Table.View.MayAct(_group));
        }
    }

    /// <summary>
    /// Two empty directories meet the recovered store first, and only then begin the group anew with the first
    /// settings: as all know and record each other, they would be a majority beside it.
    /// </summary>
    [Fact]
    public void A_group_that_is_begun_anew_after_joining_a_recovery_takes_no_part()
    {
        _one.Recover(_group, generation: 1);
        TestStore[] anew = [new(2, incarnation: 200, 1, 2, 3, 4, 5), new(3, incarnation: 200, 1, 2, 3, 4, 5)];
        Assert.True(_one.Meet(anew[0]) && _one.Meet(anew[1]) && anew[0].Meet(anew[1]));
        var initial = Configuration.Of(
            Enumerable.Range(1, 3).Select(id => new Member(new ReplicaId((ulong)id), new StoreId((ulong)id))), []);
        foreach (var store in anew)
        {
            store.Bootstrap(_group, initial);
        }

        foreach (var _ in (int[])[1, 2])
        {
            _one.Exchange(anew[0]);
            _one.Exchange(anew[1]);
            anew[0].Exchange(anew[1]);
            Assert.All(anew, store => Assert.False(store.Table.View.MayAct(_group)));
            Assert.StartsWith(
                "store 2 takes no part in group 1: it was begun here with recovery generation 0, but the store has 1",
                anew[0].Table.View.GivenUpOf(_group),
                StringComparison.Ordinal);
            Assert.Equal(anew[0].Table.View.GivenUpOf(_group), anew[0].Table.Explain());
            Array.ForEach(anew, store => store.Restart());
            Assert.True(_one.Meet(anew[0]) && _one.Meet(anew[1]) && anew[0].Meet(anew[1]));
        }

        // Other groups do not suffer from it.
        Assert.True(anew[0].Table.View.MayAct(new GroupId(2)));
        Assert.Null(anew[0].Table.View.GivenUp);
        anew[0].Table.Removed(_group);
        Assert.Null(anew[0].Table.View.GivenUpOf(_group));
    }

    /// <summary>
    /// Accepted since it held nothing, it begins the group before it hears more: whoever stops listening says why.
    /// </summary>
    [Fact]
    public void A_group_that_is_begun_between_a_handshake_and_the_first_facts_takes_no_part()
    {
        _one.Recover(_group, generation: 1);
        var anew = new TestStore(2, incarnation: 200, 1, 2, 3, 4, 5);
        _one.Ask(anew);
        anew.Ask(_one);
        _one.PersistAll();
        anew.PersistAll();
        anew.Bootstrap(_group, Bound(_one, anew));

        // What was told before the other side had accepted may be lost; it is told again.
        while (_one.Table.TryTakeIntroduction(out var _))
        {
        }

        anew.Deliver(_one);
        _one.Deliver(anew);
        Assert.StartsWith("store 2 takes no part any more: ", anew.Table.View.GivenUp, StringComparison.Ordinal);

        // The answer to that is silence.
        anew.Deliver(_one);
        Assert.False(_one.Table.TryTakeIntroduction(out _));
        Assert.Null(_one.Table.View.GivenUp);
    }

    private static Configuration Bound(params TestStore[] stores) => Configuration.Of(
        stores.Select(store => new Member(
            new ReplicaId(store.Id.Value), store.Id, store.Incarnation, Member.DefaultPriority)),
        []);
}
