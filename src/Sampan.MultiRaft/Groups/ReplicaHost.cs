using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Peers;
using Sampan.Raft;
using Sampan.Raft.Events;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// One replica on this store: the core and all that a group worker keeps around it. Group worker only, but for
/// <see cref="Slot"/>, <see cref="Mailbox"/> and <see cref="Door"/>.
/// </summary>
/// <remarks>
/// Inputs of a round are collected first and reach the core in a fixed order (messages, completions, time, proposals,
/// reads); then one Ready is taken and routed. This file holds the inputs; Proposals and Readys the rest.
/// </remarks>
internal sealed partial class ReplicaHost
{
    private readonly StoreWorkers _store;
    private readonly RaftReplica _core;
    private readonly ReplicaId _replica;
    private readonly EntryCache _cache;
    private readonly WorkerShare _share;
    private readonly ProposalTable _proposals;
    private readonly GroupSpeakers _speakers;

    // The last sequence taken of each store's present life; streams of an earlier one have ended before its first.
    private readonly Dictionary<StoreId, (BootId Boot, ulong Sequence)> _forwardedBy = [];
    private readonly List<RoundProposal> _round = [];
    private readonly List<Proposal> _batch = [];
    private readonly Dictionary<ReadTicket, List<PendingRequest>> _reads = [];
    private readonly Queue<ApplyTask> _backlog = new();
    private readonly Ready _ready = new();
    private readonly List<Entry> _scratch = [];
    private readonly ReplicaSnapshots _snapshots;

    private List<PendingRequest> _roundReads = [];
    private ulong _backlogNext;
    private bool _applyReadOutstanding;

    // What is in the backlog before its next snapshot is gone from the log, and covered by that one.
    private bool _backlogCovered;
    private long _applyQueued;
    private ReplicaId _lastLeader;

    // A leader whose stream ended, until something comes from it again: what is passed on now is only lost.
    private ReplicaId _cutOffLeader;
    private bool _statusDirty = true;
    private PendingRequest? _change;
    private ulong _changeIndex;
    private PendingRequest? _transfer;
    private ulong _transferTerm;
    private string? _failure;
    private bool _isPoisoned;
    private Configuration? _committedConfiguration;
    private Configuration? _newestConfiguration;

    /// <summary>
    /// The host of a replica that starts from <paramref name="state"/>; <paramref name="share"/> is its group worker's.
    /// </summary>
    public ReplicaHost(
        StoreWorkers store,
        GroupMailbox mailbox,
        WorkerShare share,
        ReplicaOptions options,
        ReplicaState state,
        Prng prng)
    {
        _store = store;
        _replica = options.Replica;
        _share = share;
        Group = options.Group;
        Mailbox = mailbox;
        Slot = new CompletionSlot(this);
        _cache = new EntryCache();
        _proposals = new ProposalTable(store.Completions, share.Sequences);
        _core = new RaftReplica(options, state, _cache, prng, store.Clock.Now);
        _snapshots = new ReplicaSnapshots(store, this, _core);
        _backlogNext = state.AppliedIndex + 1;
        _speakers = new GroupSpeakers(_core);
        Door = new RaftGroup(Group, store.Options, mailbox, share.Pool, DescribeStatus()) { Core = _core };
    }

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>This store's replica.</summary>
    public ReplicaId Replica => _replica;

    /// <summary>The mailbox of its group worker.</summary>
    public GroupMailbox Mailbox { get; }

    /// <summary>Where other workers leave what they completed for it.</summary>
    public CompletionSlot Slot { get; }

    /// <summary>What doors hold.</summary>
    public RaftGroup Door { get; }

    /// <summary>Its entries in memory.</summary>
    public EntryCache Cache => _cache;

    /// <summary>Its state machine's lane; set once by whoever creates the host.</summary>
    public ApplyLane? Lane { get; set; }

    /// <summary>Whether it has stopped: it takes nothing that is sent to it.</summary>
    public bool HasFailed => _failure is not null;

    /// <summary>At start: the sound snapshots of the group, ascending.</summary>
    public void Recovered(IReadOnlyList<SnapshotMeta> snapshots) => _snapshots.Recovered(snapshots);

    /// <summary>Whether it was removed from its group and must be destroyed.</summary>
    public bool IsRemoved => _core.IsRemoved;

    /// <summary>Snapshot worker only: its tombstone is on the way, and nothing may be written behind it.</summary>
    public bool IsBuried { get; set; }

    /// <summary>Whether something happened in this round that may have made a Ready.</summary>
    public bool IsActive { get; set; }

    /// <summary>When time alone makes it act.</summary>
    public Instant NextDeadline => _failure is null ? _core.NextDeadline : Instant.Never;

    /// <summary>Durable entries up to here may leave the cache.</summary>
    public ulong EvictableIndex => Math.Min(_core.DurableIndex, _core.AppliedIndex);

    /// <summary>Offers what is known of stores to a leader, for members that are not bound yet.</summary>
    public void BindKnown(IReadOnlyList<RecordedStore> known)
    {
        if (_core.Role != Role.Leader || known.Count == 0)
        {
            return;
        }

        foreach (var store in known)
        {
            Bind(store.Store, store.Incarnation);
        }
    }

    /// <summary>
    /// Whether a message may reach this replica: this store takes part in the group, and the sender is heard in it.
    /// </summary>
    public bool MayTakePart(PeerInput input, PeerView view) => view.MayAct(Group) && _speakers.MaySpeak(input, view);

    /// <summary>Why no honest member sends this now; null if it may be stepped (I-39).</summary>
    public string? ObjectionTo(StoreMessage message, Instant now)
    {
        var raft = message.Raft ?? message.Snapshot?.Message;
        return raft is not null && raft.To == _replica && _failure is null ? _core.ObjectionTo(raft, now) : null;
    }

    /// <summary>Takes the newest configuration that was committed since this was asked last.</summary>
    public bool TryTakeCommittedConfiguration([NotNullWhen(true)] out Configuration? committed)
    {
        committed = _committedConfiguration;
        _committedConfiguration = null;
        return committed is not null;
    }

    /// <summary>
    /// Takes the newest configuration of the log, committed or not, if it changed since this was asked last.
    /// </summary>
    public bool TryTakeNewestConfiguration([NotNullWhen(true)] out Configuration? newest)
    {
        newest = _newestConfiguration;
        _newestConfiguration = null;
        return newest is not null;
    }

    /// <summary>A message of another replica.</summary>
    public void Step(StoreId from, Message message, Instant now)
    {
        var isForLater = message.To.CompareTo(_replica) > 0
            && message.Kind is MessageKind.Append or MessageKind.Heartbeat;
        // One whose state machine failed says nothing any more, but it still learns that it was removed: so its store
        // can be given another replica of the group.
        var isTaken = _failure is null || (_isPoisoned && (isForLater || message.Kind == MessageKind.Removed));
        if (!isTaken || (message.To != _replica && !isForLater))
        {
            return;
        }

        _speakers.Remember(message.From, from);
        _cutOffLeader = message.From == _cutOffLeader ? ReplicaId.None : _cutOffLeader;
        IsActive = true;
        if (isForLater)
        {
            _core.Doubt(message.From, now);
            return;
        }

        if (message.Configuration is not null)
        {
            _speakers.LearnNew(message.Configuration);
        }

        _core.Step(message, now);
    }

    /// <summary>What other workers completed.</summary>
    public void Take(Completed completed, Instant now)
    {
        IsActive = true;
        _applyQueued -= completed.AppliedEntriesReturned;
        if (completed.Poison is not null)
        {
            Poison(completed.Poison);
        }

        if (completed.PersistedNumber > 0)
        {
            _core.Persisted(completed.PersistedNumber, now);
        }

        if (_failure is not null)
        {
            _snapshots.Refuse(completed, _failure);
            return;
        }

        if (completed.AppliedIndex > _core.AppliedIndex)
        {
            _core.Applied(completed.AppliedIndex);
            _statusDirty = true;
        }

        foreach (var read in completed.Reads)
        {
            TakeEntries(read);
        }

        if (completed.CompactedFirstIndex > 0)
        {
            _core.Compacted(completed.CompactedFirstIndex);
        }

        _snapshots.Take(completed, now);
    }

    /// <summary>Time has come to <paramref name="now"/>.</summary>
    public void Tick(Instant now)
    {
        if (_failure is null)
        {
            IsActive = true;
            _core.Tick(now);
        }
    }

    /// <summary>A stream to a store ended.</summary>
    public void PeerLost(StoreConnection connection)
    {
        foreach (var replica in _speakers.On(connection.Store))
        {
            _core.PeerUnreachable(replica);
            _proposals.LeaderLost(replica, RaftErrorCode.ConnectionLost);
            _cutOffLeader = replica == _core.Leader ? replica : _cutOffLeader;
            IsActive = true;
        }
    }

    /// <summary>Appends to a store were dropped.</summary>
    public void PeerUnreachable(StoreId store)
    {
        foreach (var replica in _speakers.On(store))
        {
            _core.PeerUnreachable(replica);
            IsActive = true;
        }
    }

    /// <summary>A door's request for this group, and what is known of stores, for members that it adds.</summary>
    public void Take(PendingRequest request, PeerView view, Instant now)
    {
        if (_failure is not null)
        {
            request.Fail(RaftErrorCode.Poisoned, RequestOutcome.NotApplied, _failure, _store.Completions);
            return;
        }

        IsActive = true;
        switch (request.Kind)
        {
            case RequestKind.Propose:
                Propose(request);
                break;
            case RequestKind.Read:
                _roundReads.Add(request);
                break;
            case RequestKind.ReadLocal:
                ReadLocal(request);
                break;
            case RequestKind.ChangeMembership:
                ChangeMembership(request, view);
                break;
            case RequestKind.Transfer:
                Transfer(request, now);
                break;
            case RequestKind.Snapshot:
                TakeSnapshot(request);
                break;
            default:
                Invariant.Unreachable($"a {request.Kind} is no request of a replica");
                break;
        }
    }

    /// <summary>
    /// The incarnation of a store is known: a leader binds members that are not bound yet (see identity).
    /// </summary>
    private void Bind(StoreId store, Incarnation incarnation)
    {
        if (_core.Role != Role.Leader || _failure is not null)
        {
            return;
        }

        foreach (var member in _core.ConfigurationAt(ulong.MaxValue).Configuration.Members)
        {
            if (member.Store == store && !member.Incarnation.IsBound)
            {
                IsActive = true;
                // Refused while another change is under way: the caller offers it again.
                _core.ProposeChange(MembershipChange.Update(member with { Incarnation = incarnation }));
                return;
            }
        }
    }

    /// <summary>Publishes the status for doors, if it changed.</summary>
    public void PublishStatus()
    {
        if (_statusDirty || Door.Status.IsOutOfSpace != _store.IsOutOfSpace)
        {
            _statusDirty = false;
            Door.Publish(DescribeStatus());
        }
    }

    /// <summary>No worker runs any more: doors see why.</summary>
    public void End(string reason)
    {
        _failure ??= reason;
        _statusDirty = true;
        PublishStatus();
    }

    /// <summary>The replica goes no further: everything that waits here fails.</summary>
    public void Stop(RaftErrorCode code, string reason)
    {
        _failure ??= reason;
        _proposals.FailAll(code, reason);
        _round.Clear();
        FailReads(_roundReads, code, reason);
        foreach (var (_, waiting) in _reads.OrderBy(pair => pair.Key.Term).ThenBy(pair => pair.Key.Counter))
        {
            FailReads(waiting, code, reason);
        }

        _reads.Clear();
        _change?.Fail(code, RequestOutcome.Unknown, reason, _store.Completions);
        _transfer?.Fail(code, RequestOutcome.Unknown, reason, _store.Completions);
        _change = null;
        _transfer = null;
        _snapshots.CancelAbandoned();
        Invariant.Holds(Lane is not null);
        _store.ApplyWorker.Enqueue(new ApplyWork(Lane) { End = code });
        _statusDirty = true;
        PublishStatus();
    }

    /// <summary>At start, and later: its state machine has failed, so it stops here; the store goes on.</summary>
    public void Poison(string reason)
    {
        if (_failure is null)
        {
            _isPoisoned = true;
            _store.Observer.OnRemark($"group {Group} is stopped on this store: {reason}");
            Stop(RaftErrorCode.Poisoned, reason);
        }
    }

    /// <summary>The store belongs to a majority that was given up (I-36): this replica serves nobody.</summary>
    public void GiveUp(string reason)
    {
        if (_failure is null)
        {
            Stop(RaftErrorCode.Stopped, reason);
        }
    }

    private void FailReads(List<PendingRequest> reads, RaftErrorCode code, string reason)
    {
        foreach (var read in reads)
        {
            read.Fail(code, RequestOutcome.NotApplied, reason, _store.Completions);
        }

        reads.Clear();
    }

    private GroupStatus DescribeStatus()
    {
        var status = _core.Status;
        return new GroupStatus
        {
            Group = Group,
            Replica = _replica,
            // One that has stopped leads nobody and hears nobody, whatever its core believed last.
            Leader = _failure is null ? status.Leader : ReplicaId.None,
            IsLeader = _failure is null && status.Role == Role.Leader,
            Term = status.HardState.Term,
            CommitIndex = status.HardState.Commit,
            AppliedIndex = status.AppliedIndex,
            FirstIndex = status.FirstIndex,
            LastIndex = status.LastIndex,
            Configuration = status.Configuration.Configuration,
            IsOutOfSpace = _store.IsOutOfSpace,
            Failure = _failure,
        };
    }
}
