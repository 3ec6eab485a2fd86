using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Peers;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <summary>The other replicas of a group, on which stores they are, and which of them are heard (I-37).</summary>
internal sealed class GroupSpeakers
{
    // Members that are newer than what this replica knows, and former ones. Of more than so many most are made up.
    private const int StrangersMax = 64;

    private readonly RaftReplica _core;
    private readonly Dictionary<ReplicaId, StoreId> _stores = [];

    // Unbound members that have spoken up: each was bootstrapped, and admitted to this very group, by itself.
    private readonly HashSet<ReplicaId> _spokenUp = [];

    // Of the replicas whose store is known those that no configuration here names: known by their own word only.
    private readonly HashSet<ReplicaId> _strangers = [];

    /// <summary>Whom the configuration of a replica names.</summary>
    public GroupSpeakers(RaftReplica core)
    {
        _core = core;
        Learn(core.ConfigurationAt(ulong.MaxValue).Configuration);
    }

    /// <summary>The store of a replica, if it is known.</summary>
    public bool TryGetStore(ReplicaId replica, out StoreId store) => _stores.TryGetValue(replica, out store);

    /// <summary>The replicas on a store, by id.</summary>
    public ReplicaId[] On(StoreId store) =>
        [.. _stores.Where(pair => pair.Value == store).Select(pair => pair.Key).Order()];

    /// <summary>Configurations say where members are.</summary>
    public void Learn(Configuration configuration)
    {
        foreach (var member in configuration.Members)
        {
            _stores[member.Replica] = member.Store;
            _strangers.Remove(member.Replica);
        }
    }

    /// <summary>Where others say that members are; what is known already counts more.</summary>
    public void LearnNew(Configuration configuration)
    {
        foreach (var member in configuration.Members)
        {
            if (!_stores.ContainsKey(member.Replica))
            {
                Remember(member.Replica, member.Store);
            }
        }
    }

    /// <summary>Where a stranger is, to answer him, is known by his message alone.</summary>
    public void Remember(ReplicaId replica, StoreId store)
    {
        if (!_stores.TryAdd(replica, store))
        {
            _stores[replica] = _strangers.Contains(replica) ? store : _stores[replica];
            return;
        }

        if (_strangers.Count >= StrangersMax)
        {
            // But for the leader: what was passed to it waits for its answer, or for the loss of its stream.
            foreach (var stranger in _strangers.Where(stranger => stranger != _core.Leader).ToArray())
            {
                _stores.Remove(stranger);
                _strangers.Remove(stranger);
            }
        }

        _strangers.Add(replica);
    }

    /// <summary>
    /// Appends, heartbeats and snapshots make a replica where none is, and it acts at once. On the store of an unbound
    /// member that might be one which lost its disk, voted or acknowledged before, and would do so again (I-26). It is
    /// bound first; but one that has spoken up has a replica, by a bootstrap of its own.
    /// </summary>
    public bool MayBeSent(Message message) =>
        message.Kind is not (MessageKind.Append or MessageKind.Heartbeat or MessageKind.Snapshot)
        || !TryGetMember(message.To, out var member)
        || member.Incarnation.IsBound
        || _spokenUp.Contains(message.To);

    /// <summary>
    /// Whether a message is heard: its sender's store is one that the group means, or may mean in a configuration that
    /// has not come here yet (identity, consensus.md).
    /// </summary>
    public bool MaySpeak(PeerInput input, PeerView view)
    {
        var store = input.From.Store;
        return input.Message switch
        {
            { Raft: { } raft } => MaySpeak(store, raft, view),
            { Snapshot.Message: { } offered } => MaySpeak(store, offered, view),
            { Kind: StoreMessageKind.Forward } => BearsMember(store, view),
            // Parts of a transfer, and answers to a proposal, belong to what this store has begun or taken up itself.
            _ => view.Accepts(store, out _),
        };
    }

    private bool MaySpeak(StoreId store, Message message, PeerView view)
    {
        if (!TryGetMember(message.From, out var member))
        {
            return IsOfStranger(message.Kind) && MayBearMember(store, view);
        }

        if (member.Store != store || !view.MayTalk(in member))
        {
            return false;
        }

        if (!member.Incarnation.IsBound)
        {
            _spokenUp.Add(message.From);
        }

        return true;
    }

    // As the committed configuration names it, if it does: a binding that is not committed proves nothing.
    private bool TryGetMember(ReplicaId replica, out Member member) =>
        _core.ConfigurationAt(_core.CommitIndex).Configuration.TryGetMember(replica, out member)
        || _core.ConfigurationAt(ulong.MaxValue).Configuration.TryGetMember(replica, out member);

    /// <summary>
    /// What replicas say that are members in a newer configuration, or were in an older one. A replica that lags hears
    /// leaders that it does not know, and votes for candidates that it does not know (O23); who was removed asks, and
    /// is answered by whoever took his place (C14). Answers to what this replica asked come only from whom it asked.
    /// </summary>
    private static bool IsOfStranger(MessageKind kind) => kind is MessageKind.Append or MessageKind.Heartbeat
        or MessageKind.Commit or MessageKind.Snapshot or MessageKind.TimeoutNow or MessageKind.PreVote
        or MessageKind.Vote or MessageKind.Removed or MessageKind.MembershipQuery;

    /// <summary>
    /// Whether a replica that no configuration here names may be a member on that store. The store bears another one of
    /// them; or it knows this store's incarnation, which its configuration has bound; or there is no configuration here
    /// yet, and it made this replica, or another member did.
    /// </summary>
    private bool MayBearMember(StoreId store, PeerView view)
    {
        if (!view.Accepts(store, out var standing))
        {
            return false;
        }

        var isBlank = _core.ConfigurationAt(ulong.MaxValue).Configuration.Members.Length == 0;
        return isBlank || standing.KnowsUs || BearsMember(store, view);
    }

    private bool BearsMember(StoreId store, PeerView view) =>
        BearsMember(_core.ConfigurationAt(_core.CommitIndex).Configuration, store, view)
        || BearsMember(_core.ConfigurationAt(ulong.MaxValue).Configuration, store, view);

    private static bool BearsMember(Configuration configuration, StoreId store, PeerView view)
    {
        foreach (var member in configuration.Members)
        {
            if (member.Store == store && view.MayTalk(in member))
            {
                return true;
            }
        }

        return false;
    }
}
