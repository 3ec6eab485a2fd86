using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <content>What is asked of the facts, and what other workers see of them.</content>
internal sealed partial class PeerTable
{
    private PeerView BuildView()
    {
        var peers = new SortedDictionary<StoreId, PeerStanding>();
        foreach (var (store, peer) in _live)
        {
            peers.Add(
                store,
                new PeerStanding(
                    peer.Incarnation,
                    peer.Boot,
                    IsRecorded(store, peer.Incarnation),
                    peer.IsAdmitted,
                    peer.KnowsUs,
                    IsConnected: peer.OpenStream > 0));
        }

        var recorded = _records.Where(pair => pair.Value.IsDurable)
            .Select(pair => new RecordedStore(pair.Key, pair.Value.Incarnation))
            .Append(new RecordedStore(_self.Store, _self.Incarnation))
            .OrderBy(known => known.Store);
        return new PeerView(
            _standing.Sign(_self) with { IsAdmitted = IsAdmitted },
            new Dictionary<GroupId, string>(_overtaken),
            _admission.Groups.ToHashSet(),
            _configurations.Where(pair => IsBarred(pair.Key, pair.Value)).Select(pair => pair.Key).ToHashSet(),
            peers,
            [.. recorded],
            [.. _guests.All],
            KnownIncarnations())
        {
            GivenUp = _standing.GivenUp,
        };
    }

    // What a group has bound says more of a store than what was recorded of it.
    private SortedDictionary<StoreId, Incarnation> KnownIncarnations()
    {
        var known = new SortedDictionary<StoreId, Incarnation>();
        foreach (var (store, record) in _records)
        {
            known[store] = record.Incarnation;
        }

        foreach (var member in Members().Where(member => member.Incarnation.IsBound))
        {
            known[member.Store] = member.Incarnation;
        }

        return known;
    }

    private HashSet<StoreId> RecordedBy() =>
        [.. _live.Where(pair => pair.Value.HasRecordedUs).Select(pair => pair.Key)];

    private bool IsRecorded(StoreId store, Incarnation incarnation) =>
        _records.TryGetValue(store, out var record) && record.IsDurable && record.Incarnation == incarnation;

    // Without any group nothing is known of the store, and the record is all that protects it.
    private bool MayReplaceRecord(StoreId store, Incarnation incarnation) =>
        _configurations.Count > 0
        && MembersOf(store).All(member => member.Incarnation == incarnation);

    private List<Incarnation> BoundIncarnations(StoreId store) =>
        [.. MembersOf(store).Select(member => member.Incarnation).Where(incarnation => incarnation.IsBound).Distinct()];

    private IEnumerable<Member> MembersOf(StoreId store) => Members().Where(member => member.Store == store);

    // As the committed configuration of their group names them, and those that only the newest one names.
    private IEnumerable<Member> Members() => _configurations.Values
        .SelectMany(configuration => configuration.Members.ToArray())
        .Concat(_newest.SelectMany(pair => pair.Value.Members.ToArray().Where(
            member => !(_configurations.TryGetValue(pair.Key, out var committed)
                && committed.Contains(member.Replica)))));

    private bool IsNamed(StoreId store) => MembersOf(store).Any();

    private bool IsWelcome(StoreId store, LivePeer peer) =>
        IsNamed(store) || _listed.Contains(store) || peer.KnowsUs || IsRecorded(store, peer.Incarnation);

    private StoreId[] OtherVoters(Configuration initial) =>
    [
        .. initial.Members.ToArray()
            .Where(member => initial.IsVoter(member.Replica) && member.Store != _self.Store)
            .Select(member => member.Store)
            .Distinct()
            .Order(),
    ];

    private ReplicaId OwnReplica(Configuration configuration)
    {
        foreach (var member in configuration.Members)
        {
            if (member.Store == _self.Store)
            {
                return member.Replica;
            }
        }

        return ReplicaId.None;
    }

    private bool IsBoundHere(Configuration configuration) => Contains(
        configuration,
        member => member.Store == _self.Store && member.Incarnation == _self.Incarnation);

    /// <summary>
    /// The group has bound another incarnation of this store, under the replica that is here or a later one. An earlier
    /// one was its former self: a replica that comes after it reads of it in the log, and is not meant.
    /// </summary>
    private bool IsBarred(GroupId group, Configuration configuration)
    {
        var own = _own.GetValueOrDefault(group);
        return !IsBoundHere(configuration) && Contains(
            configuration,
            member => member.Store == _self.Store && member.Incarnation.IsBound && member.Replica.CompareTo(own) >= 0);
    }

    private static bool HasBoundMember(Configuration configuration) =>
        Contains(configuration, member => member.Incarnation.IsBound);

    private static bool Contains(Configuration configuration, Predicate<Member> wanted)
    {
        foreach (var member in configuration.Members)
        {
            if (wanted(member))
            {
                return true;
            }
        }

        return false;
    }
}
