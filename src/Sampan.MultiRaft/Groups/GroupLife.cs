using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Stores;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// How replicas come to a store and leave it. Each step is a record that is durable before it takes effect: a bootstrap
/// mark, a creation by a message of a member, a tombstone. Ids at or below a tombstone never come back (C14, C17).
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

    /// <summary>Somebody bootstraps a group here.</summary>
    public void Create(PendingRequest request, bool exists)
    {
        var own = OwnMember(request.Initial);
        if (exists)
        {
            request.Settle(_store.Completions);
            return;
        }

        if (request.Initial?.Members.Length > Configuration.MembersMax)
        {
            request.Fail(
                RaftErrorCode.InvalidChange,
                RequestOutcome.NotApplied,
                $"the configuration of group {request.Group} has {request.Initial.Members.Length} members; a group has "
                + $"{Configuration.MembersMax} at most",
                _store.Completions);
            return;
        }

        if (own is null || own.Value.Replica.Value <= _tombstones.GetValueOrDefault(request.Group).Value)
        {
            request.Fail(
                RaftErrorCode.InvalidChange,
                RequestOutcome.NotApplied,
                own is null
                    ? $"the configuration of group {request.Group} names no replica on store {_store.Options.Store}"
                    : $"replica {own.Value.Replica} of group {request.Group} was removed before; ids never come back",
                _store.Completions);
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
                    Replica = own.Value.Replica,
                    Configuration = request.Initial,
                },
                this);
        }
    }

    /// <summary>A message for a group that has no replica here: a leader's may create one.</summary>
    public void MayCreate(StoreMessage message)
    {
        var raft = message.Raft;
        if (raft is not { Kind: MessageKind.Append or MessageKind.Heartbeat }
            || raft.To.Value <= _tombstones.GetValueOrDefault(message.Group).Value
            || !_underWay.Add(message.Group))
        {
            return;
        }

        _store.LogWriter.Enqueue(
            new StoreRecord { Kind = StoreRecordKind.ReplicaCreated, Group = message.Group, Replica = raft.To }, this);
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

    /// <summary>A record is durable and has taken effect.</summary>
    public void Done(StoreRecord record)
    {
        _underWay.Remove(record.Group);
        if (_waiting.Remove(record.Group, out var requests))
        {
            foreach (var request in requests)
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
        if (_waiting.Remove(record.Group, out var requests))
        {
            foreach (var request in requests)
            {
                request.Fail(RaftErrorCode.Busy, RequestOutcome.NotApplied, reason, _store.Completions);
            }
        }
        else if (_remarked.Count < RemarkedMax && _remarked.Add(record.Group))
        {
            _store.Observer.OnRemark(reason);
        }
    }

    private void Wait(PendingRequest request)
    {
        if (!_waiting.TryGetValue(request.Group, out var requests))
        {
            requests = [];
            _waiting.Add(request.Group, requests);
        }

        requests.Add(request);
    }

    private Member? OwnMember(Configuration? initial)
    {
        foreach (var member in initial is null ? [] : initial.Members)
        {
            if (member.Store == _store.Options.Store)
            {
                return member;
            }
        }

        return null;
    }
}
