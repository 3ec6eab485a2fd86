using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Peers;
using Sampan.MultiRaft.Stores;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// How replicas come to a store and leave it. Each step is a record that is durable before it takes effect: a bootstrap
/// mark, a creation by a message of a member, a tombstone. Ids at or below a tombstone never come back (C14, C17).
/// After a tombstone the replica's state machine is deleted, before another replica of the group can be made.
/// </summary>
internal sealed class GroupLife : IRecordWaiter
{
    private const int RemarkedMax = 64;

    private readonly StoreWorkers _store;
    private readonly GroupMailbox _mailbox;
    private readonly IdentityWorker _identity;
    private readonly Dictionary<GroupId, ReplicaId> _tombstones;
    private readonly Dictionary<GroupId, List<PendingRequest>> _waiting = [];
    private readonly HashSet<GroupId> _underWay = [];

    // Groups that a leader wants here and that were refused: each is remarked on once.
    private readonly HashSet<GroupId> _remarked = [];

    /// <summary>With the tombstones that were found on disk.</summary>
    public GroupLife(
        StoreWorkers store,
        GroupMailbox mailbox,
        IdentityWorker identity,
        IReadOnlyDictionary<GroupId, ReplicaId> tombstones)
    {
        _identity = identity;
        _store = store;
        _mailbox = mailbox;
        _tombstones = new Dictionary<GroupId, ReplicaId>(tombstones);
    }

    /// <inheritdoc/>
    public void RecordDurable(StoreRecord record)
    {
        if (record is { Kind: StoreRecordKind.BootstrapMark, Configuration: not null })
        {
            _identity.Bootstrapped(record.Group, record.Configuration, () => _mailbox.RecordDurable(record));
        }
        else
        {
            _mailbox.RecordDurable(record);
        }
    }

    /// <inheritdoc/>
    public void RecordRefused(StoreRecord record, string reason) => _mailbox.RecordRefused(record, reason);

    /// <summary>
    /// Somebody bootstraps a group here; if its replica is there but on its way out, when that one is gone.
    /// </summary>
    public void Create(PendingRequest request, bool exists)
    {
        if (exists && !_underWay.Contains(request.Group))
        {
            request.Settle(_store.Completions);
            return;
        }

        var initial = request.Initial ?? Configuration.Empty;
        var replica = OwnReplica(initial);
        if (RefusalOf(request.Group, initial, replica) is { } refusal)
        {
            request.Fail(RaftErrorCode.InvalidChange, RequestOutcome.NotApplied, refusal, _store.Completions);
            return;
        }

        Wait(request);
        if (_underWay.Add(request.Group))
        {
            _store.LogWriter.Enqueue(
                new StoreRecord
                {
                    Kind = StoreRecordKind.BootstrapMark,
                    Group = request.Group,
                    Replica = replica,
                    Configuration = initial,
                },
                this);
        }
    }

    /// <summary>Whether a former replica of the group was here, and is gone for good.</summary>
    public bool HadReplica(GroupId group) => _tombstones.GetValueOrDefault(group) != ReplicaId.None;

    /// <summary>
    /// A message for a group that has no replica here: a leader's append, heartbeat or snapshot may create one. Whether
    /// its sender is a member nobody here can know; that its store is the one it says is known, and it has to be
    /// accepted still, in this very life (ADR 0014).
    /// </summary>
    public void MayCreate(PeerInput input, PeerView view)
    {
        var group = input.Message.Group;
        var raft = input.Message.Raft ?? input.Message.Snapshot?.Message;
        if (raft is not { Kind: MessageKind.Append or MessageKind.Heartbeat or MessageKind.Snapshot }
            || !view.IsAccepted(input.From)
            || raft.To.Value <= _tombstones.GetValueOrDefault(group).Value
            || !_underWay.Add(group))
        {
            return;
        }

        _store.LogWriter.Enqueue(
            new StoreRecord { Kind = StoreRecordKind.ReplicaCreated, Group = group, Replica = raft.To }, this);
    }

    /// <summary>Somebody asks to destroy a replica that was removed from its group.</summary>
    public void Remove(PendingRequest request, ReplicaHost host)
    {
        if (!host.IsRemoved)
        {
            request.Fail(
                RaftErrorCode.InvalidChange,
                RequestOutcome.NotApplied,
                $"replica {host.Replica} is still a member of group {host.Group}: remove it from the group first",
                _store.Completions);
            return;
        }

        Wait(request);
        Destroy(host);
    }

    /// <summary>Destroys a replica: it is silent from now on, gone when its tombstone is durable.</summary>
    public void Destroy(ReplicaHost host)
    {
        if (!_underWay.Add(host.Group))
        {
            return;
        }

        host.Stop(RaftErrorCode.UnknownGroup, "the replica was removed from its group");
        _tombstones[host.Group] = host.Replica;
        _store.SnapshotWorker.Bury(
            host,
            new StoreRecord { Kind = StoreRecordKind.Tombstone, Group = host.Group, Replica = host.Replica },
            this);
    }

    /// <summary>A record that makes a replica is durable and has taken effect.</summary>
    public void Done(StoreRecord record)
    {
        _underWay.Remove(record.Group);
        foreach (var request in TakeWaiting(record.Group))
        {
            request.Settle(_store.Completions);
        }
    }

    /// <summary>
    /// A replica is gone, and its state machine too. Those who want another replica of the group have waited for that.
    /// </summary>
    public void Gone(ReplicaHost host, string remark)
    {
        if (remark.Length > 0)
        {
            _store.Observer.OnRemark(remark);
        }

        _underWay.Remove(host.Group);
        foreach (var request in TakeWaiting(host.Group))
        {
            if (request.Kind == RequestKind.Create)
            {
                Create(request, exists: false);
            }
            else
            {
                request.Settle(_store.Completions);
            }
        }
    }

    /// <summary>
    /// The log has no room for another group. Whoever asked for it is told; a leader asks again by its next message.
    /// </summary>
    public void Refused(StoreRecord record, string reason)
    {
        _underWay.Remove(record.Group);
        var requests = TakeWaiting(record.Group);
        foreach (var request in requests)
        {
            request.Fail(RaftErrorCode.Busy, RequestOutcome.NotApplied, reason, _store.Completions);
        }

        if (requests.Count == 0 && _remarked.Count < RemarkedMax && _remarked.Add(record.Group))
        {
            _store.Observer.OnRemark(reason);
        }
    }

    private List<PendingRequest> TakeWaiting(GroupId group) =>
        _waiting.Remove(group, out var requests) ? requests : [];

    private void Wait(PendingRequest request)
    {
        if (!_waiting.TryGetValue(request.Group, out var requests))
        {
            requests = [];
            _waiting.Add(request.Group, requests);
        }

        requests.Add(request);
    }

    // Why a group is not begun here with this configuration, as a sentence; null if it is.
    private string? RefusalOf(GroupId group, Configuration initial, ReplicaId replica)
    {
        var store = _store.Options.Store;
        var generation = _identity.Membership.View.RecoveryGeneration;
        return initial.Members.Length > Configuration.MembersMax
            ? $"the configuration of group {group} has {initial.Members.Length} members; a group has "
                + $"{Configuration.MembersMax} at most"
            : replica == ReplicaId.None
            ? $"the configuration of group {group} names no replica on store {store}"
            : replica.Value <= _tombstones.GetValueOrDefault(group).Value
            ? $"replica {replica} of group {group} was removed before; ids never come back"
            : initial.RecoveryGeneration != generation ? Refusals.NotOurs(store, group, initial, generation)
            : null;
    }

    private ReplicaId OwnReplica(Configuration initial)
    {
        foreach (var member in initial.Members)
        {
            if (member.Store == _store.Options.Store)
            {
                return member.Replica;
            }
        }

        return ReplicaId.None;
    }
}
