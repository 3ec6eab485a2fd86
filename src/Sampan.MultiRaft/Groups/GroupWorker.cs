using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Stores;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// Runs many replicas on one thread. A round: take all mail, give it to the replicas, let time pass, take each active
/// replica's Ready and hand its parts on. It waits for nothing but its mailbox.
/// </summary>
internal sealed class GroupWorker : IWorker
{
    private readonly StoreWorkers _store;
    private readonly GroupMailbox _mailbox;
    private readonly ReplicaFactory _factory;
    private readonly IdentityWorker _identity;
    private readonly DrainedMail _mail = new();
    private readonly Dictionary<GroupId, ReplicaHost> _byGroup = [];
    private readonly List<ReplicaHost> _hosts = [];
    private readonly TimeSpan _scanInterval;
    private readonly GroupLife _life;
    private Instant _scanAt = Instant.Zero;

    /// <summary>A worker with the replicas that were found on disk.</summary>
    public GroupWorker(
        string name,
        StoreWorkers store,
        GroupMailbox mailbox,
        ReplicaFactory factory,
        IdentityWorker identity,
        IEnumerable<ReplicaHost> hosts,
        IReadOnlyDictionary<GroupId, ReplicaId> tombstones)
    {
        Name = name;
        _store = store;
        _mailbox = mailbox;
        _factory = factory;
        _identity = identity;
        _scanInterval = store.Options.ElectionTimeout / 256;
        _life = new GroupLife(store, mailbox, identity, tombstones);
        foreach (var host in hosts)
        {
            Insert(host);
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        _mailbox.Drain(_mail);
        // Sampled after the mailbox was drained: a pause lies before what waited through it (D5).
        var now = _store.Clock.Now;
        TakeMail(now);
        if (_scanAt <= now)
        {
            Scan(now);
        }

        var endOfRound = !_mailbox.HasMail;
        var isStarved = RouteAll(endOfRound, now);
        Evict();
        if (!endOfRound)
        {
            return Instant.Zero;
        }

        return isStarved ? now.After(_scanInterval) : NextWake(now);
    }

    /// <summary>No worker runs any more: nothing is taken, and doors see why.</summary>
    public void End(string reason)
    {
        _mailbox.Close();
        foreach (var host in _hosts)
        {
            host.End(reason);
        }
    }

    private void TakeMail(Instant now)
    {
        foreach (var input in _mail.Messages)
        {
            TakeMessage(input, now);
        }

        foreach (var connection in _mail.Lost)
        {
            foreach (var host in _hosts)
            {
                host.PeerLost(connection);
            }

            _store.SnapshotWorker.PeerLost(connection);
        }

        foreach (var report in _mail.Unreachable)
        {
            if (_byGroup.TryGetValue(report.Group, out var host))
            {
                host.PeerUnreachable(report.Store);
            }
        }

        foreach (var completed in _mail.Completions)
        {
            completed.Host.Take(completed, now);
            if (completed.MachineDeleted is not null)
            {
                _life.Gone(completed.Host, completed.MachineDeleted);
            }
        }

        foreach (var record in _mail.DurableRecords)
        {
            TakeRecord(record);
        }

        foreach (var (record, reason) in _mail.RefusedRecords)
        {
            _life.Refused(record, reason);
        }

        foreach (var request in _mail.Requests)
        {
            TakeRequest(request, now);
        }
    }

    private void TakeMessage(PeerInput input, Instant now)
    {
        var message = input.Message;
        var isThere = _byGroup.TryGetValue(message.Group, out var host);
        if (!isThere || host is null || !host.MayTakePart(input, _identity.Membership.View))
        {
            Decline(input, isThere);
            return;
        }

        if (host.ObjectionTo(message, now) is { } objection)
        {
            // No word from outside ends a store: whoever sends what cannot be is cut off (I-39).
            _store.Transport.Expel(input.From, objection);
            return;
        }

        switch (message.Kind)
        {
            case StoreMessageKind.Raft when message.Raft is not null:
                host.Step(input.From.Store, message.Raft, now);
                break;
            case StoreMessageKind.Forward or StoreMessageKind.ForwardAnswer when message.Forward is not null:
                host.TakeForward(input.From.Store, message.Forward);
                break;
            case StoreMessageKind.Snapshot when message.Snapshot is not null && host.HasFailed:
                _store.SnapshotWorker.Refuse(input.From, message.Snapshot, "the group has stopped on this store");
                break;
            case StoreMessageKind.Snapshot when message.Snapshot is not null:
                _store.SnapshotWorker.Receive(input.From, host, message.Snapshot);
                break;
            default:
                break;
        }
    }

    /// <summary>
    /// A store that may have forgotten votes or acknowledgements takes no part until it is admitted (A16); a group that
    /// is not here may be created by its leader's message. Whoever would wait is told.
    /// </summary>
    private void Decline(PeerInput input, bool isThere)
    {
        if (input.Message is { Kind: StoreMessageKind.Forward, Forward: not null })
        {
            var refusal = input.Message.Forward.Refuse(RaftErrorCode.Unavailable);
            _store.Transport.Send(input.From.Store, StoreMessage.Of(refusal));
        }

        if (input.Message.Snapshot is { } frame)
        {
            _store.SnapshotWorker.Refuse(
                input.From, frame, isThere ? "the store takes no part in the group" : "the group is not there yet");
        }

        var view = _identity.Membership.View;
        if (!isThere && view.MayCreate && view.Accepts(input.From.Store, out _))
        {
            _life.MayCreate(input, view);
        }
    }

    private void TakeRequest(PendingRequest request, Instant now)
    {
        request.IsBegun = true;
        if (request.Kind == RequestKind.Create)
        {
            _life.Create(request, _byGroup.ContainsKey(request.Group));
        }
        else if (!_byGroup.TryGetValue(request.Group, out var host))
        {
            request.Fail(
                RaftErrorCode.UnknownGroup,
                RequestOutcome.NotApplied,
                $"group {request.Group} has no replica on this store",
                _store.Completions);
        }
        else if (request.Kind == RequestKind.Remove)
        {
            _life.Remove(request, host);
        }
        else
        {
            host.Take(request, _identity.Membership.View, now);
        }
    }

    private void TakeRecord(StoreRecord record)
    {
        switch (record.Kind)
        {
            case StoreRecordKind.BootstrapMark when record.Configuration is not null:
                Add(_factory.Bootstrap(
                    record.Group, record.Replica, record.Configuration, _life.HadReplica(record.Group), _mailbox));
                break;
            case StoreRecordKind.ReplicaCreated:
                Add(_factory.Blank(record.Group, record.Replica, _life.HadReplica(record.Group), _mailbox));
                break;
            case StoreRecordKind.Tombstone:
                // Not done before its state machine is deleted too.
                Remove(record.Group);
                _identity.Removed(record.Group);
                return;
            default:
                break;
        }

        _life.Done(record);
    }

    private void Add(ReplicaHost host)
    {
        Insert(host);
        host.IsActive = true;
        _scanAt = Instant.Zero;
    }

    /// <summary>By ascending group, so that every round visits them in the same order.</summary>
    private void Insert(ReplicaHost host)
    {
        _byGroup.Add(host.Group, host);
        var place = _hosts.FindIndex(other => other.Group.CompareTo(host.Group) > 0);
        _hosts.Insert(place < 0 ? _hosts.Count : place, host);
    }

    private void Remove(GroupId group)
    {
        if (_byGroup.Remove(group, out var host))
        {
            _hosts.Remove(host);
            _factory.Forget(host);
        }
    }

    /// <summary>Lets time pass for those whose deadline came; binds members whose stores are known now.</summary>
    private void Scan(Instant now)
    {
        _scanAt = now.After(_scanInterval);
        var view = _identity.Membership.View;
        var isOutOfSpace = _store.IsOutOfSpace;
        foreach (var host in _hosts)
        {
            if (view.GivenUpOf(host.Group) is { } givenUp)
            {
                host.GiveUp(givenUp);
            }

            if (host.NextDeadline <= now && view.MayAct(host.Group))
            {
                host.Tick(now);
            }

            if (host.Door.Status.IsOutOfSpace != isOutOfSpace)
            {
                host.IsActive = true;
            }

            if (host.IsRemoved)
            {
                _life.Destroy(host);
            }

            host.BindKnown(view.Recorded);
        }
    }

    private bool RouteAll(bool endOfRound, Instant now)
    {
        var isStarved = false;
        foreach (var host in _hosts)
        {
            if (!host.IsActive)
            {
                continue;
            }

            host.FlushRequests(now);
            var hasRoom = _store.LogWriter is { RoomBytes: > 0, MustSpareRoom: false };
            host.Route(endOfRound, now);
            if (host.TryTakeCommittedConfiguration(out var committed))
            {
                _identity.Committed(host.Group, committed, host.Replica);
            }

            if (host.TryTakeNewestConfiguration(out var newest))
            {
                _identity.Appended(host.Group, newest);
            }

            host.PublishStatus();
            host.IsActive = !hasRoom;
            isStarved |= !hasRoom;
        }

        return isStarved;
    }

    private void Evict()
    {
        var bytes = 0L;
        foreach (var host in _hosts)
        {
            bytes += host.Cache.Bytes;
        }

        var excess = bytes - _store.Options.EntryCacheBytesMax;
        foreach (var host in _hosts)
        {
            if (excess <= 0)
            {
                return;
            }

            excess -= host.Cache.Evict(excess, host.EvictableIndex);
        }
    }

    private Instant NextWake(Instant now)
    {
        var wake = Instant.Never;
        foreach (var host in _hosts)
        {
            wake = Instant.Min(wake, host.NextDeadline);
        }

        return wake == Instant.Never ? wake : Instant.Max(wake, Instant.Max(_scanAt, now));
    }
}
