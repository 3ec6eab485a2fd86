using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Elections;
using Sampan.Raft.Events;
using Sampan.Raft.Log;
using Sampan.Raft.Membership;
using Sampan.Raft.Progress;
using Sampan.Raft.Reads;

namespace Sampan.Raft;

/// <summary>
/// One replica of one group: Raft (Ongaro, "Consensus: Bridging Theory and Practice", 2014) as a pure state machine.
/// Methods are inputs, <see cref="TakeReady"/> is the only output. It has no clock, thread, disk, network or randomness
/// of its own, so one seed replays everything. One thread at a time; an owner may move it between threads.
/// </summary>
/// <remarks>
/// Expected outcomes are values. <see cref="InvariantViolationException"/> means that the replica's state can no longer
/// be trusted: nothing may be sent or written for it any more.
/// The parts: this file holds the state, the inputs and the dispatch; Elections, Leading, Following, Membership and
/// Reads hold the protocol.
/// </remarks>
public sealed partial class RaftReplica
{
    private readonly ReplicaOptions _options;
    private readonly ProtocolOptions _protocol;
    private readonly Standing _standing = new();
    private readonly RaftLog _log;
    private readonly PersistQueue _persist;
    private readonly Outbox _outbox;
    private readonly ConfigurationHistory _history;
    private readonly Replication _replication;
    private readonly ReadIndexes _reads;
    private readonly Removals _removals;
    private readonly ChangeAdmission _changes;
    private readonly FollowerLog _follower;
    private readonly LeadershipTransfer _transfer;
    private readonly MessageObjections _objections;
    private readonly ElectionTimer _timer;
    private readonly LeaderContact _contact;
    private readonly VoteTally _tally = new();
    private readonly UncommittedBytes _uncommitted = new();

    // A round of votes is under way; if not, a candidate waits for its next one and still takes late ballots.
    private bool _roundOpen;

    /// <summary>
    /// A replica in the state its store found. <paramref name="prng"/> belongs to it from here on;
    /// <paramref name="now"/> is its start, from which its silence is counted.
    /// </summary>
    /// <exception cref="ArgumentException">An option is out of range; the message names it.</exception>
    public RaftReplica(ReplicaOptions options, ReplicaState state, ILogView log, Prng prng, Instant now)
        : this(options, new ProtocolOptions(), state, log, prng, now)
    {
    }

    internal RaftReplica(
        ReplicaOptions options, ProtocolOptions protocol, ReplicaState state, ILogView log, Prng prng, Instant now)
    {
        options.Validate();
        _options = options;
        _protocol = protocol;
        _log = new RaftLog(state, log);
        Invariant.Holds(_log.LastTerm <= state.HardState.Term || state.HardState.Term == 0);
        Invariant.Holds(state.NeedSnapshotIndex == 0 || state.NeedSnapshotIndex >= _log.Base.Index);
        _standing.Advance(now);
        _standing.Term = Math.Max(state.HardState.Term, _log.LastTerm);
        _standing.Vote = state.HardState.Vote;
        _history = new ConfigurationHistory(state.Configurations);
        _persist = new PersistQueue(options.Group, _log, state.HardState);
        _outbox = new Outbox(options, _standing, _log, _persist);
        _replication = new Replication(options, _standing, _log, _outbox) { Snapshot = state.Snapshot };
        _changes = new ChangeAdmission(options, protocol, _standing, _log, _replication.Tracker);
        _transfer = new LeadershipTransfer(options, _standing, _history, _replication.Tracker);
        _reads = new ReadIndexes(options, _standing, _outbox, _log, _history, _replication);
        _removals = new Removals(options, _standing, _outbox, _history, _log.Commit);
        _follower = new FollowerLog(options, _standing, _log, _persist, _outbox, _history, _removals)
        {
            NeedSnapshotIndex = state.NeedSnapshotIndex,
        };
        _objections = new MessageObjections(options, _standing, _log, _reads, _replication.Tracker);
        _timer = new ElectionTimer(options.ElectionTimeout, prng);
        _contact = new LeaderContact(options, startedWithTerm: _standing.Term > 0, now);
        _timer.ResetPriority(_history.Newest.Configuration);
        StartTimer(now);
        // Power may have been lost between the commit of the own removal and the end of this replica (C14).
        _removals.Committed(_log.Commit, _log.Commit);
    }

    /// <summary>Whether this replica learned that it was removed for good; its owner destroys it.</summary>
    public bool IsRemoved => _removals.IsRemoved;

    /// <summary>
    /// A received snapshot that was accepted by <see cref="Step"/> and is not with the state machine yet. Whoever
    /// stepped a <see cref="MessageKind.Snapshot"/> and does not find it here may delete what it received.
    /// </summary>
    public SnapshotMeta? AcceptedSnapshot => _persist.Snapshot;

    /// <summary>When <see cref="Tick"/> has something to do; <see cref="Instant.Never"/> if nothing is due.</summary>
    public Instant NextDeadline
    {
        get
        {
            var due = Instant.Min(Instant.Min(_timer.Deadline, _reads.Deadline), _removals.Deadline);
            return _standing.IsLeader
                ? Instant.Min(due, Instant.Min(_replication.HeartbeatDue, _transfer.Deadline))
                : due;
        }
    }

    /// <summary>The replica's state at this moment, copied.</summary>
    public RaftStatus Status => new()
    {
        Replica = _options.Replica,
        Role = _standing.Role,
        Leader = _standing.Leader,
        HardState = new HardState(_standing.Term, _standing.Vote, _log.Commit),
        FirstIndex = _log.FirstIndex,
        LastIndex = _log.LastIndex,
        DurableIndex = _log.DurableIndex,
        AppliedIndex = _log.AppliedIndex,
        Configuration = _history.Newest,
        TransferTarget = _transfer.Target,
        LeaseEnd = _standing.IsLeader && MayUseLease ? _reads.LeaseEnd : Instant.Zero,
        Progress = _standing.IsLeader ? _replication.Describe() : [],
    };

    private bool MayUseLease => _protocol.CheckQuorum && !_transfer.EndsLease;

    /// <summary>The role at this moment.</summary>
    public Role Role => _standing.Role;

    /// <summary>The term at this moment.</summary>
    public ulong Term => _standing.Term;

    /// <summary>The leader that is known, if any.</summary>
    public ReplicaId Leader => _standing.Leader;

    /// <summary>The commit index at this moment.</summary>
    public ulong CommitIndex => _log.Commit;

    /// <summary>Everything up to here is durable at this store.</summary>
    public ulong DurableIndex => _log.DurableIndex;

    /// <summary>The last index that was reported applied.</summary>
    public ulong AppliedIndex => _log.AppliedIndex;

    /// <summary>The term of the entry at an index of the log; false outside of it.</summary>
    public bool TryGetTerm(ulong index, out ulong term) => _log.TryGetTerm(index, out term);

    /// <summary>The newest configuration at or below an index that the log or its base still knows.</summary>
    public ConfigurationEntry ConfigurationAt(ulong index) => _history.At(index);

    /// <summary>Why no member that keeps to the protocol sends this to a replica that stands so, or null.</summary>
    public string? ObjectionTo(Message message, Instant now) => _objections.To(message, now);

    /// <summary>
    /// Takes a message of another replica. Messages may be lost, repeated and reordered; they must come from members
    /// that the store has identified, and raise no objection. A <see cref="MessageKind.Snapshot"/> is stepped once its
    /// files are durable here.
    /// </summary>
    public void Step(Message message, Instant now)
    {
        Invariant.Holds(message.Group == _options.Group && message.To == _options.Replica);
        Invariant.Holds(message.From != _options.Replica);
        _standing.Advance(now);
        switch (message.Kind)
        {
            case MessageKind.Removed:
                _removals.Heard(message);
                break;
            case MessageKind.MembershipQuery:
                _removals.Answer(message, _log.Commit);
                break;
            case MessageKind.PreVote:
                HandlePreVote(message);
                break;
            case var _ when message.Term < _standing.Term:
                HandleLowerTerm(message);
                break;
            case var _ when message.Term == _standing.Term || AdoptTerm(message):
                Dispatch(message);
                break;
        }
    }

    /// <summary>
    /// Time has come to <paramref name="now"/>. However many ticks were missed, they are one: call it after the
    /// messages that waited. Cheap, and without allocation, when nothing is due.
    /// </summary>
    public void Tick(Instant now)
    {
        _standing.Advance(now);
        _reads.Tick();
        _removals.Tick();
        if (_standing.IsLeader)
        {
            TickLeader();
        }
        else if (_timer.Deadline <= _standing.Now)
        {
            ElectionDue();
        }
    }

    /// <summary>
    /// All writes up to <paramref name="readyNumber"/> are durable, by number, so that a late report cannot bless newer
    /// entries (B12). Reports may be merged to their maximum.
    /// </summary>
    public void Persisted(ulong readyNumber, Instant now)
    {
        _standing.Advance(now);
        _persist.Persisted(readyNumber);
        var moved = _log.Persisted(readyNumber);
        if (_standing.Role == Role.Candidate)
        {
            CountOwnVote();
        }

        if (_standing.IsLeader && moved)
        {
            _replication.OwnEntriesDurable();
            MaybeCommit();
            MaybeFinishTransfer();
        }
    }

    /// <summary>The state machine has applied everything up to <paramref name="index"/>.</summary>
    public void Applied(ulong index) => _log.Applied(index);

    /// <summary>
    /// The log may forget what lies before <paramref name="firstIndex"/>; a snapshot at or above the index before it
    /// must have been reported. Only applied entries may go.
    /// </summary>
    public void Compacted(ulong firstIndex)
    {
        if (firstIndex > _log.FirstIndex)
        {
            Invariant.Holds(_replication.Snapshot is not null && _replication.Snapshot.Last.Index + 1 >= firstIndex);
        }

        _log.Compact(firstIndex);
        _history.CompactTo(_log.Base.Index);
    }

    /// <summary>A snapshot of this store's state machine is durable and may be sent to followers.</summary>
    public void SnapshotTaken(SnapshotMeta meta)
    {
        Invariant.Holds(meta.Last.Index <= _log.AppliedIndex, meta.Last.Index, _log.AppliedIndex);
        if (_replication.Snapshot is null || meta.Last.Index > _replication.Snapshot.Last.Index)
        {
            _replication.Snapshot = meta;
        }
    }

    /// <summary>
    /// Collects what is to be done. Call it at the end of every round, after all inputs of the round: messages are
    /// formed here, so that proposals share one append. False, and an empty <paramref name="into"/>, if there is none.
    /// </summary>
    public bool TakeReady(Ready into, ReadyBudget budget, Instant now)
    {
        _standing.Advance(now);
        into.Clear();
        if (_standing.IsLeader)
        {
            _reads.SendRound(MayUseLease, IsOnlyVoter());
            _replication.SendAppends();
            if (budget.EndOfRound)
            {
                _replication.SendCommitNotices();
            }
        }

        if (budget.PersistBytes > 0)
        {
            var hardState = new HardState(_standing.Term, _standing.Vote, _log.Commit);
            into.Persist = _persist.Take(hardState, budget.IsWithoutEntries ? 0 : budget.PersistBytes);
        }

        into.Apply = TakeApply(budget.ApplyEntriesMax);
        _outbox.MoveTo(into);
        _replication.MoveTo(into);
        return into.Outgoing.Count > 0 || into.Persist is not null || into.Apply is not null
            || into.Wanted.Count > 0 || into.Events.Count > 0;
    }

    private ApplyTask? TakeApply(int entriesMax)
    {
        var hasSnapshot = _persist.TryTakeInstalled(out var snapshot);
        if (hasSnapshot)
        {
            Invariant.Holds(snapshot is not null);
            _log.SnapshotHanded(snapshot.Last.Index);
            _replication.Snapshot = snapshot;
        }

        // While a snapshot is awaited or on its way to the state machine, entries behind it must not overtake it.
        var isBlocked = _follower.NeedSnapshotIndex > 0 || _persist.Snapshot is not null || entriesMax <= 0;
        var committed = isBlocked ? default : _log.TakeForApply(entriesMax);
        if (!hasSnapshot && committed.IsEmpty && !_outbox.HasReadStates)
        {
            return null;
        }

        var task = new ApplyTask(_options.Group) { Snapshot = snapshot, Committed = committed };
        _outbox.MoveTo(task);
        return task;
    }

    /// <summary>A message of an older term: its sender learns ours, or it is late.</summary>
    private void HandleLowerTerm(Message message)
    {
        switch (message.Kind)
        {
            case MessageKind.Append or MessageKind.Heartbeat or MessageKind.Snapshot or MessageKind.Commit:
                // A leader that was deposed without knowing it steps down at once, even if this replica came back with
                // a higher term and would otherwise be cut off (A8).
                _outbox.SendClaim(_outbox.Plain(MessageKind.AppendResponse, message.From, message.Index, reject: true));
                break;
            case MessageKind.Vote:
                _outbox.SendClaim(_outbox.Plain(MessageKind.VoteResponse, message.From, 0, reject: true));
                break;
            case MessageKind.ReadIndex:
                Dispatch(message);
                break;
            default:
                break;
        }
    }

    /// <summary>A message of a newer term; returns whether it is still to be acted upon.</summary>
    private bool AdoptTerm(Message message)
    {
        Invariant.Holds(message.Term > _standing.Term);
        switch (message.Kind)
        {
            case MessageKind.PreVoteResponse when !message.Reject:
                // It carries the term we would campaign in; nobody is in that term yet.
                return true;
            case MessageKind.Vote:
                if (!MayVote() || _removals.Answer(message, _log.Commit))
                {
                    return false;
                }

                if (RefusesVote(message))
                {
                    _outbox.SendClaim(_outbox.Plain(MessageKind.VoteResponse, message.From, 0, reject: true));
                    return false;
                }

                BecomeFollower(message.Term, ReplicaId.None);
                return true;
            case MessageKind.Append or MessageKind.Heartbeat or MessageKind.Snapshot or MessageKind.Commit:
                BecomeFollower(message.Term, message.From);
                return true;
            default:
                BecomeFollower(message.Term, ReplicaId.None);
                return true;
        }
    }

    private void Dispatch(Message message)
    {
        var handling = MessageTable.For(_standing.Role, message.Kind);
        if (handling == MessageHandling.Handle)
        {
            Handle(message);
        }
        else if (handling == MessageHandling.Refuse)
        {
            _reads.Refuse(message);
        }
        else if (handling == MessageHandling.Impossible)
        {
            Invariant.Unreachable($"{_standing.Role} of term {_standing.Term} received {message}");
        }
    }

    private void Handle(Message message)
    {
        switch (message.Kind)
        {
            case MessageKind.PreVoteResponse:
                HandlePreVoteResponse(message);
                break;
            case MessageKind.Vote:
                HandleVote(message);
                break;
            case MessageKind.VoteResponse:
                HandleVoteResponse(message);
                break;
            case MessageKind.Append:
                HandleAppend(message);
                break;
            case MessageKind.AppendResponse:
                HandleAppendResponse(message);
                break;
            case MessageKind.Heartbeat:
                HandleHeartbeat(message);
                break;
            case MessageKind.HeartbeatResponse:
                HandleHeartbeatResponse(message);
                break;
            case MessageKind.Commit:
                HandleCommit(message);
                break;
            case MessageKind.Snapshot:
                HandleSnapshot(message);
                break;
            case MessageKind.TimeoutNow:
                HandleTimeoutNow();
                break;
            case MessageKind.ReadIndex:
                _reads.Take(message);
                break;
            case MessageKind.ReadIndexResponse:
                _reads.Answered(message);
                break;
            default:
                Invariant.Unreachable($"no handler for {message.Kind}");
                break;
        }
    }
}
