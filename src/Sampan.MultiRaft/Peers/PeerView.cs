using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>What the table knew at one moment, for other workers. Immutable.</summary>
internal sealed class PeerView
{
    private readonly Handshake _self;
    private readonly IReadOnlyDictionary<GroupId, string> _overtaken;
    private readonly IReadOnlySet<GroupId> _waiting;
    private readonly IReadOnlySet<GroupId> _barred;
    private readonly IReadOnlyDictionary<StoreId, PeerStanding> _peers;
    private readonly IReadOnlyList<RecordedStore> _guests;
    private readonly IReadOnlyDictionary<StoreId, Incarnation> _known;

    /// <summary>A view of these facts, which are not changed afterwards.</summary>
    public PeerView(
        Handshake self,
        IReadOnlyDictionary<GroupId, string> overtaken,
        IReadOnlySet<GroupId> waiting,
        IReadOnlySet<GroupId> barred,
        IReadOnlyDictionary<StoreId, PeerStanding> peers,
        IReadOnlyList<RecordedStore> recorded,
        IReadOnlyList<RecordedStore> guests,
        IReadOnlyDictionary<StoreId, Incarnation> known)
    {
        _self = self;
        _overtaken = overtaken;
        _waiting = waiting;
        _barred = barred;
        _peers = peers;
        Recorded = recorded;
        _guests = guests;
        _known = known;
    }

    /// <summary>
    /// Why the store takes no part in anything any more: it heard of a recovery that gave it up (I-36); null: it does.
    /// </summary>
    public string? GivenUp { get; init; }

    /// <summary>The recovery generation of this store: that of every group that is begun on it.</summary>
    public ulong RecoveryGeneration => _self.RecoveryGeneration;

    /// <summary>
    /// Whether a message of a leader may make a replica here. Not before it is clear on which side of a recovery this
    /// store stands, since that leader's standing would not follow from its log (I-36).
    /// </summary>
    public bool MayCreate => GivenUp is null && !_self.HoldsNothing;

    /// <summary>The incarnations that a leader may bind, this store's own included, by store.</summary>
    public IReadOnlyList<RecordedStore> Recorded { get; }

    /// <summary>What this store says of itself to one that it has accepted.</summary>
    public Handshake Introduce(StoreId receiver) => _self with
    {
        RecordedReceiver = Recorded.FirstOrDefault(known => known.Store == receiver).Incarnation,
    };

    /// <summary>
    /// What this store says of itself in a handshake, to one that may not be who it is taken for: that it knows the
    /// true one, and not what it knows.
    /// </summary>
    public Handshake Greet(StoreId receiver) => _self with
    {
        IsAdmitted = false,
        Acquaintance = Acquaintance.Of(_self, _known.GetValueOrDefault(receiver)),
    };

    /// <summary>
    /// What one is told who was given up: the generation, and nothing by which he could pass for a member (I-39).
    /// </summary>
    public Handshake Standing => _self with
    {
        Incarnation = new Incarnation(ulong.MaxValue, ulong.MaxValue),
        Boot = new BootId(ulong.MaxValue),
        RecoveredBy = Incarnation.Unbound,
        IsAdmitted = false,
    };

    /// <summary>
    /// The incarnation under which a store is bound by the change that adds it: as it is connected, else as it knocked
    /// last, else as it is recorded.
    /// </summary>
    public Incarnation NewcomerAt(StoreId store)
    {
        _peers.TryGetValue(store, out var peer);
        var guest = _guests.FirstOrDefault(known => known.Store == store).Incarnation;
        var recorded = Recorded.FirstOrDefault(known => known.Store == store).Incarnation;
        return peer.IsConnected ? peer.Incarnation
            : guest.IsBound ? guest
            : peer.Incarnation.IsBound ? peer.Incarnation
            : recorded;
    }

    /// <summary>Whether a store is accepted at present, and how it stands.</summary>
    public bool Accepts(StoreId store, out PeerStanding standing) => _peers.TryGetValue(store, out standing);

    /// <summary>
    /// Whether this store's replica of a group votes, campaigns and acknowledges. True once the store is admitted to
    /// that group, or the group's committed configuration binds its incarnation; true for a replica that a message of a
    /// leader created, since that leader knew whom it spoke to (<see cref="Groups.ReplicaHost"/>); false once the group
    /// has bound another incarnation of this store.
    /// </summary>
    public bool MayAct(GroupId group) =>
        GivenUpOf(group) is null && !_barred.Contains(group) && !_waiting.Contains(group);

    /// <summary>
    /// Why the store takes no part in a group any more, as a sentence: it was given up, or had begun the group on the
    /// side that was (I-36); null: neither.
    /// </summary>
    public string? GivenUpOf(GroupId group) => GivenUp ?? _overtaken.GetValueOrDefault(group);

    /// <summary>
    /// Whether a stream is one of a store that is accepted now, in its present life: acceptance ends when a group binds
    /// another incarnation of the store.
    /// </summary>
    public bool IsAccepted(StoreConnection stream) =>
        _peers.TryGetValue(stream.Store, out var peer) && peer.Boot == stream.Boot;

    /// <summary>
    /// Whether messages of a group may be exchanged with a member: its store is connected, and is the one that is
    /// meant. A bound member must have that incarnation; an unbound one must be recorded and say that it is admitted,
    /// or a store without its former memory would be counted (A16). That it is admitted to this very group follows from
    /// its speaking in it (<see cref="MayAct"/>).
    /// </summary>
    /// <param name="member">
    /// The member as the group's committed configuration names it, if it does; else as the newest one does. A binding
    /// that is not committed proves nothing for a member that was there before.
    /// </param>
    public bool MayTalk(in Member member) =>
        _peers.TryGetValue(member.Store, out var peer)
        && (member.Incarnation.IsBound ? peer.Incarnation == member.Incarnation : peer.IsRecorded && peer.IsAdmitted);
}
