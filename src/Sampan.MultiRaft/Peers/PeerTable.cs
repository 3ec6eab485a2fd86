using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Peers;

/// <summary>
/// Who the other stores are, and whether this one takes part: decides handshakes, records incarnations durably before
/// it answers the first handshake of a store, and counts who has recorded this store (consensus.md, identity and
/// bootstrap; A16). Not thread-safe: one worker owns it, others read its <see cref="View"/>.
/// </summary>
/// <remarks>
/// <para>Why a store that lost its disk cannot do harm (I-26). 1. A store takes part in an unbound group only after
/// three quarters of that group's other initial voters had recorded its incarnation durably; another group's voters may
/// be others, who never met its former self. 2. They refuse another incarnation as long as any group here names the
/// store. 3. So its successor, with another incarnation, cannot collect three quarters again, not even if a minority of
/// the recorders lost their disks as well. 4. Nor does a leader make a replica on it: what makes one is sent to an
/// unbound member only once that has spoken up in the group, which takes a bootstrap of its own. 5. Once a leader has
/// bound the incarnations by a committed entry, that entry decides alone.</para>
/// <para>Invariant: a store in <c>_live</c> that some configuration here names was accepted with an incarnation that is
/// recorded durably or bound, or its record is on its way. One that none names is recorded nowhere (I-39).</para>
/// </remarks>
internal sealed partial class PeerTable
{
    /// <summary>How many stores are recorded at most.</summary>
    public const int StoresMax = 1024;

    private readonly Handshake _self;
    private readonly IRecordLog _log;
    private readonly Admission _admission = new();
    private readonly SortedDictionary<StoreId, PeerRecord> _records = [];
    private readonly SortedDictionary<StoreId, LivePeer> _live = [];

    // Of each group the newest committed configuration; before the first one that of the bootstrap mark.
    private readonly SortedDictionary<GroupId, Configuration> _configurations = [];

    // Of each group the newest configuration of its log, committed or not.
    private readonly SortedDictionary<GroupId, Configuration> _newest = [];

    // Stores that the operator named.
    private readonly HashSet<StoreId> _listed;
    private readonly Guests _guests = new();
    private readonly SortedDictionary<GroupId, ReplicaId> _own = [];
    private readonly Queue<Introduction> _introductions = new();
    private readonly Queue<Dismissal> _dismissals = new();

    // Groups in which this store was admitted, durably, or that need nobody else; only those it still has.
    private readonly SortedSet<GroupId> _admitted = [];

    // Groups that were begun here on the side that a recovery gave up, and why they take no part.
    private readonly SortedDictionary<GroupId, string> _overtaken = [];
    private readonly RecoveryStanding _standing;
    private PeerView? _view;

    /// <summary>
    /// A table of what the log held; the owner then tells the groups (<see cref="Bootstrapped"/>,
    /// <see cref="Committed"/>) before the first handshake.
    /// </summary>
    public PeerTable(
        Handshake self, IRecordLog log, IReadOnlyList<StoreRecord> records, IReadOnlyList<StoreId> listed)
    {
        Invariant.Holds(self.Incarnation.IsBound && self.Store.Value != 0);
        _self = self;
        _log = log;
        _standing = new RecoveryStanding(records);
        _listed = [.. listed];
        foreach (var record in records)
        {
            if (record.Kind == StoreRecordKind.PeerIncarnation && record.Incarnation.IsBound)
            {
                _records[record.Peer] = new PeerRecord(record.Incarnation, underWay: 0);
            }
            else if (record.Kind == StoreRecordKind.PeerIncarnation)
            {
                // A recovery gave the store up; what was recorded of it protects nothing any more.
                _records.Remove(record.Peer);
            }
        }
    }

    /// <summary>Whether this store takes part in some group by its own bootstrap.</summary>
    public bool IsAdmitted => _admitted.Count > 0;

    /// <summary>What other workers need to know, as of now.</summary>
    public PeerView View => _view ??= BuildView();

    /// <summary>What this store says of itself to one that it has accepted.</summary>
    public Handshake Introduce(StoreId receiver) => View.Introduce(receiver);

    /// <summary>Why some group waits, or is barred, as a sentence; null if none does.</summary>
    public string? Explain()
    {
        if (_standing.GivenUp is { } givenUp)
        {
            return givenUp;
        }

        if (_overtaken.Count > 0)
        {
            return _overtaken.First().Value;
        }

        var barred = _configurations.FirstOrDefault(pair => IsBarred(pair.Key, pair.Value));
        if (barred.Value is not null)
        {
            return $"store {_self.Store} takes no part in group {barred.Key}: the group has bound another incarnation "
                + "of it, so this one was replaced or lost its data directory";
        }

        if (!_admission.IsWaiting)
        {
            return null;
        }

        return _admission.Explain(_self.Store, RecordedBy())
            ?? $"store {_self.Store} takes no part yet: the record that admits it is being written";
    }

    /// <summary>
    /// A replica was found at start; no configuration that its log knows, committed or not, has a higher generation.
    /// </summary>
    public void Found(ulong recoveryGeneration) => Hold(recoveryGeneration);

    /// <summary>
    /// A group's bootstrap mark is durable, or was found at start, perhaps with the record that this store was admitted
    /// to it.
    /// </summary>
    public void Bootstrapped(GroupId group, Configuration initial, bool isAdmitted = false)
    {
        if (_configurations.ContainsKey(group))
        {
            return;
        }

        RecordWhoIsNamed(initial);
        _configurations.Add(group, initial);
        _own[group] = OwnReplica(initial);
        Hold(initial.RecoveryGeneration);
        var others = OtherVoters(initial);
        if (isAdmitted || others.Length == 0)
        {
            _admitted.Add(group);
        }
        else if (initial.RecoveryGeneration < _standing.Generation)
        {
            _overtaken[group] = Refusals.Overtaken(_self.Store, group, initial, _standing.Generation);
        }
        else if (!IsBoundHere(initial))
        {
            _admission.Require(group, OwnReplica(initial), others);
        }

        Reconsider();
    }

    /// <summary>
    /// A group has committed a configuration, or had at start, as the replica here knows it: what it binds overrides
    /// records.
    /// </summary>
    public void Committed(GroupId group, Configuration configuration, ReplicaId own)
    {
        RecordWhoIsNamed(configuration);
        _own[group] = own;
        _configurations[group] = configuration;
        Hold(configuration.RecoveryGeneration);
        if (IsBoundHere(configuration))
        {
            _admission.Settle(group);
            _overtaken.Remove(group);
        }

        Reconsider();
    }

    /// <summary>
    /// The newest configuration of a group's log is another one, committed or not: whom it names may be needed to
    /// commit it.
    /// </summary>
    public void Appended(GroupId group, Configuration newest)
    {
        RecordWhoIsNamed(newest);
        _newest[group] = newest;
        Reconsider();
    }

    /// <summary>This store's replica of a group is gone.</summary>
    public void Removed(GroupId group)
    {
        _configurations.Remove(group);
        _newest.Remove(group);
        _own.Remove(group);
        _admitted.Remove(group);
        _admission.Settle(group);
        _overtaken.Remove(group);
        Reconsider();
    }

    /// <summary>
    /// Decides on a handshake: now, or when the record of the store's incarnation is durable. The reply may be called
    /// within this call.
    /// </summary>
    public void Decide(Handshake handshake, IHandshakeReply reply)
    {
        if (RefusalOf(handshake) is { } refusal)
        {
            // Whoever was given up must learn it, also where it is the one that dials and says first who it is.
            var isBehind = handshake.ClusterId == _self.ClusterId && handshake.Protocol == _self.Protocol
                && handshake.RecoveryGeneration < _standing.Generation;
            reply.Refuse(refusal, isBehind ? View.Standing : null);
            return;
        }

        var (store, incarnation) = (handshake.Store, handshake.Incarnation);
        if (RefusalOf(store, incarnation) is { } mismatch)
        {
            // Whatever comes in its place, the directory that had recorded this store is gone.
            _live.GetValueOrDefault(store)?.Forgets();
            reply.Refuse(mismatch);
            return;
        }

        if (!IsNamed(store))
        {
            DecideOnUnnamed(handshake, reply);
            return;
        }

        Record(store, incarnation);
        if (IsRecorded(store, incarnation) || BoundIncarnations(store).Contains(incarnation))
        {
            Accept(handshake, reply);
        }
        else
        {
            _records[store].Wait(handshake, reply);
        }
    }

    /// <summary>
    /// A stream is open. It may have been accepted under circumstances that have changed since; else its store is told
    /// what only the true one may know.
    /// </summary>
    public void Opened(StoreConnection connection)
    {
        if (_live.TryGetValue(connection.Store, out var peer) && peer.Boot == connection.Boot)
        {
            peer.OpenStream = connection.Number;
            Tell(connection.Store);
            _view = null;
        }
        else
        {
            _dismissals.Enqueue(new Dismissal(connection.Store, connection.Boot, "the store is not accepted any more"));
        }
    }

    /// <summary>A stream ended.</summary>
    public void Lost(StoreConnection connection)
    {
        if (_live.TryGetValue(connection.Store, out var peer) && peer.Boot == connection.Boot
            && peer.OpenStream == connection.Number)
        {
            peer.OpenStream = 0;
            _view = null;
        }
    }

    /// <summary>A record that was enqueued is durable.</summary>
    public void RecordDurable(StoreRecord record)
    {
        if (record.Kind == StoreRecordKind.Admitted)
        {
            if (_configurations.ContainsKey(record.Group))
            {
                _admitted.Add(record.Group);
                _admission.Settle(record.Group);
                Tick();
            }

            return;
        }

        if (record.Kind == StoreRecordKind.RecoveryGeneration)
        {
            return;
        }

        Invariant.Holds(record.Kind == StoreRecordKind.PeerIncarnation);
        Invariant.Holds(_records.ContainsKey(record.Peer));
        var known = _records[record.Peer];
        Invariant.Holds(known.UnderWay > 0);
        known.UnderWay--;
        if (!known.IsDurable)
        {
            return;
        }

        Tell(record.Peer);
        _view = null;
        foreach (var (handshake, reply) in known.TakeWaiting())
        {
            // Decided anew: configurations may have been committed meanwhile.
            Decide(handshake, reply);
        }
    }

    /// <summary>
    /// Places the stream of a message that arrived. The newest stream (boot id, then number) of a store is the one that
    /// counts.
    /// </summary>
    public StreamOrder Received(StoreConnection from)
    {
        if (!_live.TryGetValue(from.Store, out var peer) || peer.Boot != from.Boot || from.Number < peer.Stream)
        {
            return StreamOrder.Stale;
        }

        var isNewer = from.Number > peer.Stream && peer.Stream != 0;
        peer.Stream = from.Number;
        return isNewer ? StreamOrder.Newer : StreamOrder.Current;
    }

    /// <summary>Another store repeats the facts of its handshake.</summary>
    public void Introduced(StoreConnection from, Handshake facts)
    {
        if (facts.Store != from.Store || facts.Boot != from.Boot)
        {
            return;
        }

        if (StandingRefusalOf(facts) is not null)
        {
            // One of them had no standing when they met, and took another one since. The stream stays open, so it is
            // said there, and again until it is heard: whoever was given up must not go on beside this store.
            _live.Remove(from.Store);
            if (_standing.GivenUp is null && _standing.Generation > facts.RecoveryGeneration)
            {
                _introductions.Enqueue(new Introduction(from.Store, Introduce(from.Store)));
            }

            return;
        }

        if (_live.TryGetValue(from.Store, out var peer)
            && peer.Incarnation == facts.Incarnation && peer.Boot == facts.Boot)
        {
            peer.Learn(facts);
            Join(facts);
            Reconsider();
        }
    }

    /// <summary>
    /// Repeats this store's facts to all connected stores; about once an election timeout. Within a stream nothing is
    /// lost, but what is told between a handshake and its acceptance may be.
    /// </summary>
    public void Tick()
    {
        _introductions.Clear();
        TellAll();
    }

    /// <summary>Takes the next facts to be sent; drained by the owner after every other call.</summary>
    public bool TryTakeIntroduction(out Introduction introduction) => _introductions.TryDequeue(out introduction);

    /// <summary>Takes the next stream to be ended; drained by the owner after every other call.</summary>
    public bool TryTakeDismissal(out Dismissal dismissal) => _dismissals.TryDequeue(out dismissal);

    private string? RefusalOf(Handshake other)
    {
        var self = _self;
        var refusal = other.ClusterId != self.ClusterId ? Refusals.Cluster(other)
            : other.Protocol != self.Protocol ? Refusals.Protocol(self, other)
            : other.Store.Value == 0 || !other.Incarnation.IsBound ? Refusals.Nobody(self)
            : other.Store == self.Store ? Refusals.OwnId(self, other)
            : null;
        return refusal ?? StandingRefusalOf(other);
    }

    private string? StandingRefusalOf(Handshake other)
    {
        var refusal = _standing.RefusalOf(_self, other);
        _view = refusal is null ? _view : null;
        return refusal;
    }

    private string? RefusalOf(StoreId store, Incarnation came)
    {
        var bound = BoundIncarnations(store);
        if (bound.Count > 0)
        {
            return bound.Contains(came) ? null : Refusals.NotTheBound(store, came);
        }

        if (!_records.TryGetValue(store, out var record))
        {
            var hasRoom = _records.Count < StoresMax || !IsNamed(store);
            return hasRoom ? null : Refusals.TooMany(_self.Store, store, StoresMax);
        }

        if (record.Incarnation == came || MayReplaceRecord(store, came))
        {
            return null;
        }

        var hadLeader = _configurations.Values.Any(HasBoundMember);
        return Refusals.NotTheRecorded(store, came, hadLeader);
    }

    /// <summary>
    /// Nothing is written of a store that no configuration names (I-39). It is welcome if the operator named it, if it
    /// was named once, or if it shows that it knows this store: then it is a member of a group whose newest
    /// configuration has not come here yet, or was one.
    /// </summary>
    private void DecideOnUnnamed(Handshake handshake, IHandshakeReply reply)
    {
        var (store, incarnation) = (handshake.Store, handshake.Incarnation);
        if (_listed.Contains(store) || Acquaintance.IsShown(handshake, _self.Incarnation)
            || IsRecorded(store, incarnation))
        {
            Accept(handshake, reply);
            return;
        }

        _guests.Note(store, incarnation);
        _view = null;
        reply.Refuse(Refusals.Unknown(store));
    }

    // Whoever is here already and is named now: what was known of him before decides whether he is recorded anew.
    private void RecordWhoIsNamed(Configuration next)
    {
        foreach (var (store, peer) in _live)
        {
            if (Contains(next, member => member.Store == store) && !IsNamed(store))
            {
                Record(store, peer.Incarnation);
            }
        }
    }

    // Enqueues the record that is missing. One that names a directory which no group means any more is replaced; one
    // that protects an unbound membership stays, even where another group has bound a new directory of the store.
    private void Record(StoreId store, Incarnation incarnation)
    {
        var known = _records.GetValueOrDefault(store);
        var isWanted = known is null
            ? _records.Count < StoresMax
            : known.Incarnation != incarnation && MayReplaceRecord(store, incarnation);
        if (!isWanted)
        {
            return;
        }

        foreach (var (_, reply) in known?.TakeWaiting() ?? [])
        {
            reply.Refuse(Refusals.Superseded(store));
        }

        _records[store] = new PeerRecord(incarnation, (known?.UnderWay ?? 0) + 1);
        _view = null;
        _log.Enqueue(new StoreRecord
        {
            Kind = StoreRecordKind.PeerIncarnation,
            Peer = store,
            Incarnation = incarnation,
        });
    }

    private void Accept(Handshake handshake, IHandshakeReply reply)
    {
        var store = handshake.Store;
        if (_live.TryGetValue(store, out var peer) && peer.Incarnation == handshake.Incarnation)
        {
            peer.Begin(handshake);
        }
        else
        {
            _live[store] = new LivePeer(_self.Incarnation, handshake);
        }

        _guests.Forget(store);
        reply.Accept();
        Reconsider();
    }

    // Those that hold nothing wait for somebody to join: they are told as soon as this store is one.
    private void Hold(ulong recoveryGeneration)
    {
        var wasOpen = _standing.IsOpen;
        _standing.Holds(recoveryGeneration);
        if (wasOpen)
        {
            TellAll();
        }
    }

    private void Join(Handshake other)
    {
        var wasOpen = _standing.IsOpen;
        if (_standing.Join(other) is { } record)
        {
            _log.Enqueue(record);
        }

        if (wasOpen && !_standing.IsOpen)
        {
            TellAll();
        }
    }

    private void TellAll()
    {
        // What is told below is what is known now.
        _view = null;
        foreach (var store in _live.Keys)
        {
            Tell(store);
        }
    }

    private void Tell(StoreId store)
    {
        if (_live.ContainsKey(store))
        {
            _introductions.Enqueue(new Introduction(store, Introduce(store)));
        }
    }

    // What was accepted may have been overridden; what was missing may have come.
    private void Reconsider()
    {
        foreach (var (store, peer) in _live.ToArray())
        {
            var refusal = RefusalOf(store, peer.Incarnation)
                ?? (IsWelcome(store, peer) ? null : Refusals.Unknown(store));
            if (refusal is not null)
            {
                _live.Remove(store);
                _dismissals.Enqueue(new Dismissal(store, peer.Boot, refusal));
            }
        }

        foreach (var (group, replica) in _admission.IsWaiting ? _admission.TakeMet(RecordedBy()) : [])
        {
            _log.Enqueue(new StoreRecord
            {
                Kind = StoreRecordKind.Admitted,
                Group = group,
                Replica = replica,
            });
        }

        _view = null;
    }
}
