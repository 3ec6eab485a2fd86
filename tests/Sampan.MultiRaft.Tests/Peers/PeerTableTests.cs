using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Peers;

namespace Sampan.MultiRaft.Tests.Peers;

/// <summary>
/// Purpose: every handshake is decided as consensus.md (identity, bootstrap) says, with its sentence.
/// </summary>
public sealed class PeerTableTests
{
    private static readonly GroupId _group = new(1);

    private readonly TestStore _one = new(1, incarnation: 100);
    private readonly TestStore _two = new(2, incarnation: 100);
    private readonly TestStore _three = new(3, incarnation: 100);

    /// <summary>
    /// The log of a group tells a new replica of its store's former directory, and that is not meant.
    /// </summary>
    [Fact]
    public void A_store_that_was_replaced_takes_part_under_a_later_replica()
    {
        var anew = new TestStore(2, incarnation: 200);
        anew.Commit(_group, Bound(_one, _two, _three), replica: 4);
        Assert.True(anew.Table.View.MayAct(_group));

        // Its former self, in another directory, is barred.
        var former = new TestStore(2, incarnation: 300);
        former.Commit(_group, Bound(_one, _two, _three), replica: 2);
        Assert.False(former.Table.View.MayAct(_group));
    }

    [Fact]
    public void A_first_handshake_is_answered_when_its_record_is_durable()
    {
        _one.Bootstrap(_group, Unbound(1, 2, 3));
        var reply = _one.Ask(_two);
        Assert.Null(reply.IsAccepted);
        Assert.Equal(StreamOrder.Stale, _one.Table.Received(new StoreConnection(_two.Id, _two.Boot, 1)));
        _one.PersistAll();
        Assert.True(reply.IsAccepted);
        var record = Assert.Single(_one.Durable);
        Assert.Equal((StoreRecordKind.PeerIncarnation, _two.Id), (record.Kind, record.Peer));
        Assert.Equal(_two.Incarnation, record.Incarnation);

        // Every later one at once, in this life and the next.
        Assert.True(_one.Ask(_two).IsAccepted);
        _one.Restart();
        _two.Restart();
        Assert.True(_one.Ask(_two).IsAccepted);
        Assert.Single(_one.Durable);
    }

    [Fact]
    public void Streams_that_wait_for_one_record_are_answered_together_and_bounded()
    {
        _one.Bootstrap(_group, Unbound(1, 2, 3));
        var replies = Enumerable.Range(0, 10).Select(_ => _one.Ask(_two)).ToArray();
        Assert.Equal(1, _one.UnderWay);
        Assert.Contains("newer streams", replies[1].Reason, StringComparison.Ordinal);
        _one.PersistAll();
        Assert.Equal(8, replies.Count(reply => reply.IsAccepted == true));
        Assert.Equal(2, replies.Count(reply => reply.IsAccepted == false));
    }

    [Fact]
    public void A_record_that_never_became_durable_is_forgotten_without_harm()
    {
        _one.Bootstrap(_group, Unbound(1, 2, 3));
        var reply = _one.Ask(_two);
        _one.Restart();
        Assert.Null(reply.IsAccepted);
        var fresh = new TestStore(2, incarnation: 200);
        Assert.True(_one.Meet(fresh));
    }

    [Fact]
    public void Foreign_handshakes_are_refused_with_a_sentence()
    {
        var other = _two.Table.View.Greet(_one.Id);
        Assert.Contains("cluster", Refusal(other with { ClusterId = 2 }), StringComparison.Ordinal);
        Assert.Contains("release", Refusal(other with { Protocol = 3 }), StringComparison.Ordinal);
        Assert.Contains("no store", Refusal(other with { Store = default }), StringComparison.Ordinal);
        Assert.Contains("no store", Refusal(other with { Incarnation = default }), StringComparison.Ordinal);
        Assert.Contains("two stores", Refusal(other with { Store = _one.Id }), StringComparison.Ordinal);
        Assert.Contains("itself", Refusal(_one.Table.View.Greet(_one.Id)), StringComparison.Ordinal);
        Assert.Equal(0, _one.UnderWay);
    }

    /// <summary>A16: a store that lost its disk does not return as its former self.</summary>
    [Fact]
    public void A_lost_disk_is_refused_before_the_first_leader()
    {
        _one.Bootstrap(_group, Unbound(1, 2, 3));
        Assert.True(_one.Meet(_two));
        var wiped = new TestStore(2, incarnation: 200);
        Assert.Contains("empty all data directories", _one.Ask(wiped).Reason, StringComparison.Ordinal);
        Assert.True(_one.Ask(_two).IsAccepted);
    }

    /// <summary>A16, with a leader: the remedy is another one.</summary>
    [Fact]
    public void A_lost_disk_is_refused_once_members_are_bound()
    {
        _one.Commit(_group, Bound(_one, _two, _three));
        var wiped = new TestStore(2, incarnation: 200);
        var reason = _one.Ask(wiped).Reason;
        Assert.Contains("membership change", reason, StringComparison.Ordinal);
        Assert.DoesNotContain("empty all", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_bound_incarnation_overrides_a_record()
    {
        _one.Bootstrap(_group, Unbound(1, 2, 3));
        Assert.True(_one.Meet(_two));
        var replaced = new TestStore(2, incarnation: 200);
        var stream = new StoreConnection(_two.Id, _two.Boot, 1);
        Assert.True(_one.Table.View.IsAccepted(stream));
        _one.Commit(_group, Bound(_one, replaced, _three));
        // What it sent before may still wait: it makes no replica any more (ADR 0014).
        Assert.False(_one.Table.View.IsAccepted(stream));
        Assert.Contains("it is bound to", _one.Ask(_two).Reason, StringComparison.Ordinal);
        Assert.Equal(StreamOrder.Stale, _one.Table.Received(new StoreConnection(_two.Id, _two.Boot, 9)));
        Assert.True(_one.Ask(replaced).IsAccepted);

        // The old record protects no membership any more.
        _one.PersistAll();
        _one.Restart();
        Assert.Contains(new RecordedStore(_two.Id, replaced.Incarnation), _one.Table.View.Recorded);
    }

    /// <summary>One group replaced the store, another one still means the old directory.</summary>
    [Fact]
    public void A_binding_in_one_group_does_not_speak_for_another()
    {
        var (unbound, other) = (Unbound(1, 2, 3), new GroupId(2));
        _one.Bootstrap(_group, unbound);
        Assert.True(_one.Meet(_two));
        var replaced = new TestStore(2, incarnation: 200);
        _one.Commit(other, Bound(_one, replaced));
        Assert.True(_one.Meet(replaced));

        var view = _one.Table.View;
        Assert.True(view.MayTalk(MemberOf(Bound(_one, replaced), 2)));
        Assert.False(view.MayTalk(MemberOf(unbound, 2)));
        Assert.False(view.MayTalk(MemberOf(Bound(_one, _two), 2)));
        Assert.Equal(_two.Incarnation, view.Introduce(_two.Id).RecordedReceiver);
        Assert.Contains(new RecordedStore(_two.Id, _two.Incarnation), view.Recorded);
    }

    [Fact]
    public void A_removed_store_may_come_back_with_an_empty_directory()
    {
        _one.Bootstrap(_group, Unbound(1, 2, 3));
        Assert.True(_one.Meet(_two));
        _one.Commit(_group, Bound(_one, _three));
        var replaced = new TestStore(2, incarnation: 200);
        Assert.Contains("membership change", _one.Ask(replaced).Reason, StringComparison.Ordinal);
        Assert.Equal(replaced.Incarnation, _one.Table.View.NewcomerAt(_two.Id));
        _one.Append(_group, Bound(_one, _three, replaced));
        Assert.True(_one.Meet(replaced));
        Assert.False(_one.Ask(_two).IsAccepted);
        _one.Restart();
        Assert.Contains(new RecordedStore(_two.Id, replaced.Incarnation), _one.Table.View.Recorded);
    }

    [Fact]
    public void Records_that_overtake_each_other_leave_the_last_one()
    {
        var again = new TestStore(2, incarnation: 200);
        foreach (var store in (TestStore[])[_two, again, _two])
        {
            _one.Commit(_group, Bound(_one, _three, store));
            Assert.True(_one.Ask(store).IsAccepted);
        }

        Assert.Equal(3, _one.UnderWay);
        var recorded = new RecordedStore(_two.Id, _two.Incarnation);
        _one.PersistNext();
        Assert.DoesNotContain(recorded, _one.Table.View.Recorded);
        _one.PersistAll();
        Assert.Contains(recorded, _one.Table.View.Recorded);
        _one.Restart();
        Assert.Contains(recorded, _one.Table.View.Recorded);
    }

    [Fact]
    public void Stores_without_a_place_are_bounded()
    {
        var ids = Enumerable.Range(10, PeerTable.StoresMax).Select(id => (ulong)id).ToArray();
        foreach (var some in ids.Chunk(128))
        {
            _one.Bootstrap(new GroupId(some[0]), Unbound([1, .. some]));
        }

        Array.ForEach(ids, id => _one.Ask(new TestStore(id, incarnation: 100)));
        _one.PersistAll();
        Assert.Equal(PeerTable.StoresMax, _one.Durable.Count);
        _one.Bootstrap(_group, Unbound(1, 2, 3));
        Assert.Contains("which is the most", _one.Ask(_two).Reason, StringComparison.Ordinal);
        _one.Commit(_group, Bound(_one, _two));
        Assert.True(_one.Ask(_two).IsAccepted);
    }

    [Fact]
    public void The_newest_stream_counts()
    {
        _one.Bootstrap(_group, Unbound(1, 2));
        var first = new StoreConnection(_two.Id, _two.Boot, 5);
        Assert.Equal(StreamOrder.Stale, _one.Table.Received(first));
        _one.Meet(_two);
        Assert.Equal(StreamOrder.Current, _one.Table.Received(first));
        Assert.Equal(StreamOrder.Newer, _one.Table.Received(first with { Number = 7 }));
        Assert.Equal(StreamOrder.Current, _one.Table.Received(first with { Number = 7 }));
        Assert.Equal(StreamOrder.Stale, _one.Table.Received(first));

        _two.Restart();
        _one.Meet(_two);
        Assert.Equal(StreamOrder.Stale, _one.Table.Received(first with { Number = 8 }));
        Assert.Equal(StreamOrder.Current, _one.Table.Received(new StoreConnection(_two.Id, _two.Boot, 9)));
    }

    [Fact]
    public void Introductions_count_only_from_the_life_that_was_accepted()
    {
        _one.Bootstrap(_group, Unbound(1, 2));
        _one.Ask(_two);
        _one.PersistAll();
        var facts = _two.Table.Introduce(_one.Id) with { RecordedReceiver = _one.Incarnation };
        var stream = new StoreConnection(_two.Id, _two.Boot, 1);
        _one.Table.Introduced(stream with { Boot = new BootId(99) }, facts);
        _one.Table.Introduced(stream, facts with { Store = _three.Id });
        _one.Table.Introduced(stream, facts with { Incarnation = new Incarnation(200, 2) });
        _one.Table.Introduced(new StoreConnection(_three.Id, _three.Boot, 1), facts);
        Assert.Equal(0, _one.UnderWay);
        _one.Table.Introduced(stream, facts);
        Assert.Equal(1, _one.UnderWay);
    }

    private string Refusal(Handshake other)
    {
        var reply = new Reply();
        _one.Table.Decide(other, reply);
        Assert.False(reply.IsAccepted);
        return reply.Reason;
    }

    private static Configuration Unbound(params ulong[] stores) =>
        Configuration.Of(stores.Select(id => new Member(new ReplicaId(id), new StoreId(id))), []);

    private static Configuration Bound(params TestStore[] stores) =>
        Configuration.Of(
            stores.Select(store => new Member(
                new ReplicaId(store.Id.Value), store.Id, store.Incarnation, Member.DefaultPriority)),
            []);

    private static Member MemberOf(Configuration configuration, ulong replica)
    {
        Assert.True(configuration.TryGetMember(new ReplicaId(replica), out var member));
        return member;
    }
}
