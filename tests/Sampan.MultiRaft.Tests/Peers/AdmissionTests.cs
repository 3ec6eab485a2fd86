using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Peers;

namespace Sampan.MultiRaft.Tests.Peers;

/// <summary>
/// Purpose: a fresh cluster comes to take part in whatever order it starts, and no store that lost its disk ever does.
/// </summary>
public sealed class AdmissionTests
{
    private static readonly GroupId _group = new(1);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(3, 2)]
    [InlineData(4, 3)]
    [InlineData(5, 3)]
    [InlineData(6, 4)]
    [InlineData(7, 5)]
    public void Three_quarters_of_the_others_are_needed(int voters, int needed)
    {
        Assert.Equal(needed, Admission.Needed(voters - 1));
        var stores = Fresh(voters);
        for (var met = 0; met < needed; met++)
        {
            Assert.False(stores[0].Table.View.MayAct(_group));
            Assert.NotNull(stores[0].Table.Explain());
            Assert.True(stores[0].Meet(stores[met + 1]));
        }

        Assert.True(stores[0].Table.View.MayAct(_group));
        Assert.Null(stores[0].Table.Explain());
        Assert.True(stores[0].Table.IsAdmitted);
        Assert.Equal(voters > 1, stores[0].Durable.Any(record => record.Kind == StoreRecordKind.Admitted));
    }

    [Fact]
    public void Who_waits_says_for_whom()
    {
        var stores = Fresh(5);
        stores[0].Meet(stores[2]);
        Assert.Equal(
            "store 1 takes no part in group 1 yet: before that 3 of 4 other initial voters must record it, and 1 did; "
            + "not heard of: store 2, store 4, store 5",
            stores[0].Table.Explain());
    }

    [Fact]
    public void Admission_is_durable_before_it_counts_and_is_for_ever_and_one_group()
    {
        var stores = Fresh(3);
        var store = stores[0];
        foreach (var other in stores[1..])
        {
            store.Ask(other);
            store.PersistAll();
            other.Ask(store);
            other.PersistAll();
            store.Open(other);
            other.Deliver(store);
        }

        Assert.Equal(1, store.UnderWay);
        Assert.False(store.Table.IsAdmitted);
        Assert.False(store.Table.View.MayAct(_group));
        Assert.Contains("being written", store.Table.Explain(), StringComparison.Ordinal);
        store.Restart();
        Assert.False(store.Table.IsAdmitted);

        store.Meet(stores[1]);
        store.Meet(stores[2]);
        Assert.True(store.Table.IsAdmitted);
        store.Restart();
        Assert.True(store.Table.View.MayAct(_group));
        Assert.True(store.Table.Introduce(stores[1].Id).IsAdmitted);
        store.Bootstrap(new GroupId(2), Voters(1, 7, 8));
        Assert.False(store.Table.View.MayAct(new GroupId(2)));
        store.Bootstrap(new GroupId(3), Voters(1, 2, 3));
        store.Meet(stores[1]);
        store.Meet(stores[2]);
        Assert.True(store.Table.View.MayAct(new GroupId(3)));
        store.Table.Removed(_group);
        store.Table.Removed(new GroupId(3));
        Assert.False(store.Table.IsAdmitted);
    }

    [Fact]
    public void A_bound_membership_lets_its_group_act_and_no_other()
    {
        var store = new TestStore(1, incarnation: 100);
        store.Bootstrap(_group, Voters(1, 2, 3));
        store.Bootstrap(new GroupId(2), Voters(1, 2, 3));
        store.Commit(_group, Bound(store));
        store.Restart();
        Assert.True(store.Table.View.MayAct(_group));
        Assert.False(store.Table.View.MayAct(new GroupId(2)));
        Assert.False(store.Table.IsAdmitted);
        store.Table.Removed(new GroupId(2));
        Assert.Null(store.Table.Explain());
    }

    [Fact]
    public void A_group_that_bound_another_incarnation_of_this_store_bars_it()
    {
        var stores = Fresh(3);
        MeetAll(stores);
        Assert.True(stores[0].Table.View.MayAct(_group));
        stores[0].Commit(_group, Bound(new TestStore(1, incarnation: 200), stores[1]));
        Assert.False(stores[0].Table.View.MayAct(_group));
        Assert.Contains("another incarnation", stores[0].Table.Explain(), StringComparison.Ordinal);
        Assert.True(stores[0].Table.View.MayAct(new GroupId(2)));
    }

    /// <summary>A16, whole: its former self had taken part, so it must never collect enough again.</summary>
    [Theory]
    [InlineData(3, 1)]
    [InlineData(4, 1)]
    [InlineData(5, 2)]
    [InlineData(6, 2)]
    [InlineData(7, 3)]
    public void Stores_that_lost_their_disks_are_never_admitted_again(int voters, int wiped)
    {
        var stores = Fresh(voters);
        MeetAll(stores);
        Assert.All(stores, store => Assert.True(store.Table.IsAdmitted));
        for (var i = 0; i < wiped; i++)
        {
            stores[i] = new TestStore((ulong)i + 1, incarnation: 200);
            stores[i].Bootstrap(_group, Voters(Ids(voters)));
        }

        MeetAll(stores);
        Assert.All(stores[..wiped], store => Assert.False(store.Table.View.MayAct(_group)));
        Assert.All(stores[wiped..], store => Assert.True(store.Table.View.MayAct(_group)));
    }

    /// <summary>
    /// The same where each store had met only as many as it needed: some have no record of the one that returns. It
    /// must not get enough from these and from a wiped minority together.
    /// </summary>
    [Fact]
    public void A_wiped_minority_and_those_who_never_met_it_do_not_suffice()
    {
        var prng = new Prng(17);
        for (var round = 0; round < 300; round++)
        {
            var voters = prng.NextBetween(3, 7);
            var stores = Fresh(voters);
            while (!stores[0].Table.IsAdmitted)
            {
                stores[0].Meet(stores[prng.NextBetween(1, voters - 1)]);
            }

            var wiped = prng.NextBetween(0, ((voters - 1) / 2) - 1);
            var victims = Enumerable.Range(1, voters - 1).OrderBy(_ => prng.Next()).Take(wiped).Append(0).ToArray();
            foreach (var victim in victims)
            {
                stores[victim] = new TestStore((ulong)victim + 1, incarnation: 200);
                stores[victim].Bootstrap(_group, Voters(Ids(voters)));
            }

            MeetAll(stores);
            Assert.False(stores[0].Table.View.MayAct(_group));
        }
    }

    /// <summary>
    /// Others know only the store's id when they connect to it, and not yet that its directory is new.
    /// </summary>
    [Fact]
    public void What_was_recorded_of_a_former_directory_does_not_count_for_its_successor()
    {
        var stores = Fresh(3);
        MeetAll(stores);
        var wiped = new TestStore(1, incarnation: 200);
        wiped.Bootstrap(_group, Voters(1, 2, 3));
        foreach (var other in stores[1..])
        {
            Assert.Equal(stores[0].Incarnation, other.Table.Introduce(wiped.Id).RecordedReceiver);
            var reply = wiped.Ask(other);
            wiped.PersistAll();
            Assert.True(reply.IsAccepted);
        }

        Assert.False(wiped.Table.IsAdmitted);
        Assert.False(wiped.Table.View.MayAct(_group));
    }

    /// <summary>What one of those who recorded it said counts no longer once its directory is gone.</summary>
    [Fact]
    public void A_recorder_that_lost_its_disk_no_longer_counts()
    {
        var stores = Fresh(3);
        stores[0].Meet(stores[1]);
        var wiped = new TestStore(2, incarnation: 200);
        wiped.Bootstrap(_group, Voters(1, 2, 3));
        Assert.False(stores[0].Meet(wiped));
        stores[0].Meet(stores[2]);
        Assert.False(stores[0].Table.IsAdmitted);
        Assert.Contains("not heard of: store 2", stores[0].Table.Explain(), StringComparison.Ordinal);
    }

    /// <summary>Random starts, restarts, meetings and lost introductions: in the end all take part.</summary>
    [Fact]
    public void A_fresh_cluster_starts_in_any_order()
    {
        var prng = new Prng(29);
        for (var round = 0; round < 200; round++)
        {
            var stores = Fresh(prng.NextBetween(1, 7));
            for (var step = prng.NextBelow(60); step > 0; step--)
            {
                var one = stores[prng.NextBelow(stores.Length)];
                var other = stores[prng.NextBelow(stores.Length)];
                switch (one == other ? 3 : prng.NextBelow(4))
                {
                    case 0:
                        one.Ask(other);
                        break;
                    case 1:
                        one.Deliver(other);
                        break;
                    case 2 when one.UnderWay > 0:
                        one.PersistNext();
                        break;
                    default:
                        one.Restart();
                        break;
                }
            }

            MeetAll(stores);
            Assert.All(stores, store => Assert.True(store.Table.View.MayAct(_group)));
            Assert.All(stores, store => Assert.Null(store.Table.Explain()));
            Assert.All(stores, store => Assert.Equal(stores.Length, store.Table.View.Recorded.Count));
        }
    }

    [Fact]
    public void An_unbound_member_is_talked_to_once_it_is_admitted_a_bound_one_at_once()
    {
        var stores = Fresh(3);
        var unbound = new Member(new ReplicaId(2), stores[1].Id);
        var bound = unbound with { Incarnation = stores[1].Incarnation };
        Assert.False(stores[0].Table.View.MayTalk(bound));
        stores[0].Meet(stores[1]);
        Assert.False(stores[0].Table.View.MayTalk(unbound));
        Assert.True(stores[0].Table.View.MayTalk(bound));
        Assert.False(stores[0].Table.View.MayTalk(bound with { Incarnation = new Incarnation(200, 2) }));
        MeetAll(stores);
        Assert.True(stores[0].Table.View.MayTalk(unbound));
    }

    [Fact]
    public void Initial_learners_wait_for_the_voters_and_are_not_waited_for()
    {
        var initial = Configuration.Of(
            [new Member(new ReplicaId(1), new StoreId(1)), new Member(new ReplicaId(2), new StoreId(2))],
            [new Member(new ReplicaId(3), new StoreId(3))]);
        var stores = Fresh(0, 1, 2, 3);
        Array.ForEach(stores, store => store.Bootstrap(_group, initial));
        stores[0].Meet(stores[1]);
        Assert.True(stores[0].Table.IsAdmitted);
        stores[2].Meet(stores[0]);
        Assert.False(stores[2].Table.IsAdmitted);
        stores[2].Meet(stores[1]);
        Assert.True(stores[2].Table.IsAdmitted);
    }

    private static TestStore[] Fresh(int voters) => Fresh(voters, Ids(voters));

    private static TestStore[] Fresh(int voters, params ulong[] ids)
    {
        TestStore[] stores = [.. ids.Select(id => new TestStore(id, incarnation: 100))];
        if (voters > 0)
        {
            Array.ForEach(stores, store => store.Bootstrap(_group, Voters(ids)));
        }

        return stores;
    }

    private static void MeetAll(TestStore[] stores)
    {
        foreach (var one in stores)
        {
            foreach (var other in stores.Where(other => other.Id.CompareTo(one.Id) > 0))
            {
                one.Meet(other);
            }
        }

        foreach (var one in stores)
        {
            foreach (var other in stores.Where(other => other != one))
            {
                one.Exchange(other);
            }
        }
    }

    private static ulong[] Ids(int count) => [.. Enumerable.Range(1, count).Select(id => (ulong)id)];

    private static Configuration Voters(params ulong[] ids) =>
        Configuration.Of(ids.Select(id => new Member(new ReplicaId(id), new StoreId(id))), []);

    private static Configuration Bound(params TestStore[] stores) => Configuration.Of(
        stores.Select(store => new Member(
            new ReplicaId(store.Id.Value), store.Id, store.Incarnation, Member.DefaultPriority)),
        []);
}
