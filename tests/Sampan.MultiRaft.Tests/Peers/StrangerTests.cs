using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Peers;

namespace Sampan.MultiRaft.Tests.Peers;

/// <summary>
/// Purpose: who is not a member, and was not named by the operator, is told a sentence and nothing else, and leaves no
/// trace on the disk (I-39); and nobody who belongs here is shut out by that.
/// </summary>
public sealed class StrangerTests
{
    private static readonly GroupId _group = new(1);

    private readonly TestStore _one = new(1, incarnation: 100);
    private readonly TestStore _two = new(2, incarnation: 100);
    private readonly TestStore _four = new(4, incarnation: 100);

    [Fact]
    public void A_store_that_nobody_named_is_refused_and_not_recorded()
    {
        _one.Commit(_group, Bound(_one, _two));
        Assert.Contains("does not know store 4", _one.Ask(_four).Reason, StringComparison.Ordinal);
        Assert.Equal(0, _one.UnderWay);
        Assert.False(_one.Table.View.Accepts(_four.Id, out _));
        Assert.Equal(default, _one.Table.View.Introduce(_four.Id).RecordedReceiver);
    }

    [Fact]
    public void Strangers_without_number_leave_room_for_everybody()
    {
        _one.Commit(_group, Bound(_one, _two));
        for (var id = 10UL; id < 5_000; id++)
        {
            Assert.False(_one.Ask(new TestStore(id, incarnation: 100)).IsAccepted);
        }

        Assert.Equal(0, _one.UnderWay);
        Assert.True(_one.Meet(_two));
        // Of those who knocked only the last ones are remembered; who is there knocks again.
        Assert.Equal(default, _one.Table.View.NewcomerAt(new StoreId(10)));
        Assert.NotEqual(default, _one.Table.View.NewcomerAt(new StoreId(4_999)));
        _one.Ask(_four);
        Assert.Equal(_four.Incarnation, _one.Table.View.NewcomerAt(_four.Id));
    }

    /// <summary>Whoever is refused may be anybody: it learns nothing that it could use.</summary>
    [Fact]
    public void A_refusal_tells_no_secret()
    {
        _one.Bootstrap(_group, Unbound(1, 2));
        Assert.True(_one.Meet(_two));
        _one.Commit(new GroupId(2), Bound(_one, new TestStore(3, incarnation: 0xABCDEF)));
        var facts = new TestStore(2, incarnation: 200).Table.View.Greet(_one.Id);
        Handshake[] strange =
        [
            facts, facts with { ClusterId = 77 }, facts with { Store = new StoreId(3) }, facts with { Store = _one.Id },
            facts with { Store = new StoreId(9) }, facts with { Protocol = 1 }, facts with { RecoveryGeneration = 1 },
        ];
        foreach (var other in strange)
        {
            var reply = new Reply();
            _one.Table.Decide(other, reply);
            Assert.False(reply.IsAccepted);
            Assert.DoesNotContain($"{_one.Incarnation}", reply.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain($"{_two.Incarnation}", reply.Reason, StringComparison.Ordinal);
            Assert.DoesNotContain("abcdef", reply.Reason, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain($"{1:x16}", reply.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_handshake_says_that_the_true_receiver_is_known_and_not_who_it_is()
    {
        _one.Bootstrap(_group, Unbound(1, 2));
        Assert.Equal(0UL, _one.Table.View.Greet(_two.Id).Acquaintance);
        Assert.True(_one.Meet(_two));
        var greeting = _one.Table.View.Greet(_two.Id);
        Assert.Equal(default, greeting.RecordedReceiver);
        Assert.NotEqual(0UL, greeting.Acquaintance);
        Assert.True(Acquaintance.IsShown(greeting, _two.Incarnation));
        Assert.False(Acquaintance.IsShown(greeting, new Incarnation(200, 2)));
        // Nobody else, and no other life, can say it in its place.
        Assert.False(Acquaintance.IsShown(greeting with { Store = _four.Id }, _two.Incarnation));
        Assert.False(Acquaintance.IsShown(greeting with { Incarnation = _four.Incarnation }, _two.Incarnation));
        Assert.False(Acquaintance.IsShown(greeting with { Boot = _four.Boot }, _two.Incarnation));
    }

    /// <summary>A member lags: its newest configuration names nobody of those who lead the group now.</summary>
    [Fact]
    public void A_member_that_lags_accepts_a_store_that_knows_it()
    {
        _one.Commit(_group, Bound(_one, _two));
        _four.Commit(_group, Bound(_one, _four));
        Assert.True(_one.Meet(_four));
        Assert.True(_one.Table.View.Accepts(_four.Id, out var standing));
        Assert.True(standing.KnowsUs);
        Assert.DoesNotContain(_one.Durable, record => record.Peer == _four.Id);

        // Once it has caught up it records it, as everybody who is named.
        _one.Append(_group, Bound(_one, _four));
        _one.PersistAll();
        Assert.Contains(_one.Durable, record => record.Peer == _four.Id && record.Incarnation == _four.Incarnation);
    }

    /// <summary>C14: who was removed must be told so by somebody.</summary>
    [Fact]
    public void A_member_that_was_removed_while_it_was_away_is_accepted()
    {
        _one.Commit(_group, Bound(_one, _two));
        Assert.True(_one.Meet(_two));
        var three = new TestStore(3, incarnation: 100);
        _one.Commit(_group, Bound(_one, three));
        _two.Commit(_group, Bound(_one, _two));
        _one.Restart();
        Assert.True(_one.Ask(_two).IsAccepted);
        three.Commit(_group, Bound(_one, three));
        Assert.False(three.Ask(_two).IsAccepted);
    }

    [Fact]
    public void Who_the_operator_named_is_accepted_and_recorded_when_a_configuration_names_it()
    {
        var joining = new TestStore(4, incarnation: 100, listed: [1, 2]);
        Assert.True(joining.Ask(_one).IsAccepted);
        Assert.Equal(0, joining.UnderWay);
        Assert.False(joining.Ask(new TestStore(9, incarnation: 100)).IsAccepted);
        joining.Append(_group, Bound(_one, joining));
        Assert.Equal(1, joining.UnderWay);
        Assert.True(joining.Ask(_two).IsAccepted);
        Assert.Equal(1, joining.UnderWay);
    }

    /// <summary>Before the bootstrap nothing is known; what was met then counts when it is.</summary>
    [Fact]
    public void Stores_that_met_before_their_bootstrap_are_recorded_with_it()
    {
        TestStore[] stores = [new(1, 100, 2, 3), new(2, 100, 1, 3), new(3, 100, 1, 2)];
        foreach (var store in stores)
        {
            Array.ForEach(stores, other => Assert.True(store == other || store.Ask(other).IsAccepted == true));
            Assert.Equal(0, store.UnderWay);
        }

        Array.ForEach(stores, store => store.Bootstrap(_group, Unbound(1, 2, 3)));
        Array.ForEach(stores, store => store.PersistAll());
        stores[0].Exchange(stores[1]);
        stores[0].Exchange(stores[2]);
        Assert.True(stores[0].Table.View.MayAct(_group));
        Assert.Equal(3, stores[0].Table.View.Recorded.Count);
    }

    /// <summary>Its stream would stay open and dead: it is ended, and the store may come again.</summary>
    [Fact]
    public void Who_is_named_no_more_is_let_go()
    {
        var three = new TestStore(3, incarnation: 100);
        _one.Commit(_group, Bound(_one, _two));
        _one.Append(_group, Bound(_one, _two, three));
        Assert.True(_one.Ask(three).IsAccepted);
        _one.Append(_group, Bound(_one, _two));
        Assert.True(_one.Table.TryTakeDismissal(out var dismissal));
        Assert.Equal((three.Id, three.Boot), (dismissal.Store, dismissal.Boot));
        Assert.False(_one.Table.View.Accepts(three.Id, out _));

        // What was accepted and opens too late is let go as well.
        _one.Table.Opened(new StoreConnection(three.Id, three.Boot, 1));
        Assert.True(_one.Table.TryTakeDismissal(out _));
        Assert.False(_one.Table.TryTakeDismissal(out _));
    }

    private static Configuration Unbound(params ulong[] stores) =>
        Configuration.Of(stores.Select(id => new Member(new ReplicaId(id), new StoreId(id))), []);

    private static Configuration Bound(params TestStore[] stores) => Configuration.Of(
        stores.Select(store => new Member(
            new ReplicaId(store.Id.Value), store.Id, store.Incarnation, Member.DefaultPriority)),
        []);
}
