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
/// Methods are inputs, <see cref="TakeReady"/> is the only output. It has no clock, thread, disk, network or randomness of
/// its own, so one seed replays everything. One thread at a time; an owner may move it between threads.
/// </summary>
/// <remarks>
/// Expected outcomes are values. <see cref="InvariantViolationException"/> means that the replica's state can no longer be
/// trusted: nothing may be sent or written for it any more.
/// The parts: this file holds the state, the inputs and the dispatch; Elections, Leading, Following, Membership and Reads
/// hold the protocol.
/// </remarks>
public sealed partial class RaftReplica
{
    private readonly ReplicaOptions _options;
    private readonly ProtocolOptions _protocol;
    private readonly RaftLog _log;
    private readonly PersistQueue _persist;
    private readonly ConfigurationHistory _history;
    private readonly ProgressTracker _tracker;
    private readonly ElectionTimer _timer;
    private readonly VoteTally _tally = new();
    private readonly UncommittedBytes _uncommitted = new();
    private readonly LeaderReads _reads = new();
    private readonly ForwardedReads _forwarded = new();
    private readonly List<Message> _outgoing = [];
    private readonly List<ReadState> _readStates = [];
    private readonly List<RaftEvent> _events = [];
    private readonly List<WantedEntries> _wanted = [];
    private readonly List<Entry> _scratch = [];
    private readonly Instant _startedAt;
    private readonly bool _startedWithTerm;

    private Instant _now;
    private Role _role;
    private ulong _term;
    private ReplicaId _vote;
    private ReplicaId _leader;

    // The arrival of the newest message of a leader; Zero with _hasContact false before the first.
    private Instant _contact;
    private bool _hasContact;

    // A round of votes is under way; if not, a candidate waits for its next one and still takes late ballots.
    private bool _roundOpen;

    // Leader only: the index of the empty entry that opened the term, and when heartbeats are due.
    private ulong _termStartIndex;
    private Instant _heartbeatDue;

    // Leader only: set once TimeoutNow was sent; no lease counts for the rest of the term (D3, O3).
    private bool _leaseEnded;
    private ReplicaId _transferTarget;
    private Instant _transferDeadline;
    private bool _isLeaving;

    private ulong _readCounter;
    private SnapshotMeta? _snapshot;
    private ulong _needSnapshotIndex;
    private bool _wasMember;
    private bool _wasCommittedMember;
    private RemovalInquiry? _inquiry;

    /// <summary>
    /// A replica in the state its store found. <paramref name="prng"/> belongs to it from here on; <paramref name="now"/>
    /// is its start, from which its silence is counted.
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
        _history = new ConfigurationHistory(state.Configurations);
        _persist = new PersistQueue(options.Group, _log, state.HardState);
        _tracker = new ProgressTracker(options.InflightMessagesMax, options.InflightBytesMax);
        _timer = new ElectionTimer(options.ElectionTimeout, prng);
        _term = state.HardState.Term;
        _vote = state.HardState.Vote;
        _snapshot = state.Snapshot;
        _needSnapshotIndex = state.NeedSnapshotIndex;
        _startedAt = now;
        _now = now;
        _startedWithTerm = _term > 0;
        Invariant.Holds(_log.LastTerm <= _term || _term == 0, _log.LastTerm, _term);
        _term = Math.Max(_term, _log.LastTerm);
        _wasMember = _history.EverContained(options.Replica);
        _wasCommittedMember = _history.At(_log.Commit).Configuration.Contains(options.Replica);
        Invariant.Holds(_needSnapshotIndex == 0 || _needSnapshotIndex >= _log.Base.Index);
        _timer.ResetPriority(_history.Newest.Configuration);
        StartTimer(now);
    }

    /// <summary>Whether this replica learned that it was removed for good; its owner destroys it.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>
    /// A received snapshot that was accepted by <see cref="Step"/> and is not with the state machine yet. Whoever stepped
    /// a <see cref="MessageKind.Snapshot"/> and does not find it here may delete what it received.
    /// </summary>
    public SnapshotMeta? AcceptedSnapshot => _persist.Snapshot;

    /// <summary>When <see cref="Tick"/> has something to do next; <see cref="Instant.Never"/> if nothing is scheduled.</summary>
    public Instant NextDeadline
    {
        get
        {
            var due = Instant.Min(_timer.Deadline, _forwarded.Deadline);
            if (_inquiry is not null && !IsRemoved)
            {
                due = Instant.Min(due, _inquiry.AskedAt.After(_options.ElectionTimeout));
            }

            return _role == Role.Leader ? Instant.Min(due, _heartbeatDue) : due;
        }
    }

    /// <summary>The replica's state at this moment, copied.</summary>
    public RaftStatus Status => new()
    {
        Replica = _options.Replica,
        Role = _role,
        Leader = _leader,
        HardState = new HardState(_term, _vote, _log.Commit),
        FirstIndex = _log.FirstIndex,
        LastIndex = _log.LastIndex,
        DurableIndex = _log.DurableIndex,
        AppliedIndex = _log.AppliedIndex,
        Configuration = _history.Newest,
        TransferTarget = _transferTarget,
        Progress = DescribeProgress(),
    };

    /// <summary>The role at this moment.</summary>
    public Role Role => _role;

    /// <summary>The term at this moment.</summary>
    public ulong Term => _term;

    /// <summary>The leader that is known, if any.</summary>
    public ReplicaId Leader => _leader;

    /// <summary>The commit index at this moment.</summary>
    public ulong CommitIndex => _log.Commit;

    /// <summary>The last index that was reported applied.</summary>
    public ulong AppliedIndex => _log.AppliedIndex;

    /// <summary>The newest configuration at or below an index that the log or its base still knows.</summary>
    public ConfigurationEntry ConfigurationAt(ulong index) => _history.At(index);

    /// <summary>
    /// Takes a message of another replica. Messages may be lost, repeated and reordered; they must come from members that
    /// the store has identified. A <see cref="MessageKind.Snapshot"/> is stepped once its files are durable here.
    /// </summary>
    public void Step(Message message, Instant now)
    {
        Invariant.Holds(message.To == _options.Replica);
        Invariant.Holds(message.Group == _options.Group);
        Invariant.Holds(message.From != _options.Replica);
        _now = Instant.Max(_now, now);
        if (message.Kind is MessageKind.Removed)
        {
            HandleRemoved(message);
            return;
        }

        if (message.Kind is MessageKind.MembershipQuery)
        {
            AnswerRemoved(message);
            return;
        }

        if (message.Kind is MessageKind.PreVote)
        {
            HandlePreVote(message);
            return;
        }

        if (message.Term < _term)
        {
            HandleLowerTerm(message);
        }
        else if (message.Term == _term || AdoptTerm(message))
        {
            Dispatch(message);
        }
    }

    /// <summary>
    /// Time has come to <paramref name="now"/>. However many ticks were missed, they are one: call it after the messages
    /// that waited. Cheap, and without allocation, when nothing is due.
    /// </summary>
    public void Tick(Instant now)
    {
        _now = Instant.Max(_now, now);
        while (_forwarded.TryTakeExpired(_now, out var ticket))
        {
            _readStates.Add(new ReadState(ticket, ReadOutcome.TimedOut, 0));
        }

        if (_inquiry is not null && !IsRemoved && _inquiry.AskedAt.After(_options.ElectionTimeout) <= _now)
        {
            AskMembers(_inquiry);
        }

        if (_role == Role.Leader)
        {
            TickLeader();
        }
        else if (_timer.Deadline <= _now)
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
        _now = Instant.Max(_now, now);
        _persist.Persisted(readyNumber);
        var moved = _log.Persisted(readyNumber);
        if (_role == Role.Candidate)
        {
            CountOwnVote();
        }

        if (_role == Role.Leader && moved)
        {
            _tracker.Find(_options.Replica)?.MatchTo(_log.DurableIndex);
            MaybeCommit();
            MaybeFinishTransfer();
        }
    }

    /// <summary>The state machine has applied everything up to <paramref name="index"/>.</summary>
    public void Applied(ulong index) => _log.Applied(index);

    /// <summary>
    /// The log may forget what lies before <paramref name="firstIndex"/>; a snapshot at or above the index before it must
    /// have been reported. Only applied entries may go.
    /// </summary>
    public void Compacted(ulong firstIndex)
    {
        if (firstIndex > _log.FirstIndex)
        {
            Invariant.Holds(_snapshot is not null && _snapshot.Last.Index + 1 >= firstIndex);
        }

        _log.Compact(firstIndex);
        _history.CompactTo(_log.Base.Index);
    }

    /// <summary>A snapshot of this store's state machine is durable and may be sent to followers.</summary>
    public void SnapshotTaken(SnapshotMeta meta)
    {
        Invariant.Holds(meta.Last.Index <= _log.AppliedIndex, meta.Last.Index, _log.AppliedIndex);
        if (_snapshot is null || meta.Last.Index > _snapshot.Last.Index)
        {
            _snapshot = meta;
        }
    }

    /// <summary>
    /// Collects what is to be done. Call it at the end of every round, after all inputs of the round: messages are formed
    /// here, so that many proposals share one append. False, and an empty <paramref name="into"/>, if there is nothing.
    /// </summary>
    public bool TakeReady(Ready into, ReadyBudget budget, Instant now)
    {
        _now = Instant.Max(_now, now);
        into.Clear();
        if (_role == Role.Leader)
        {
            StartReadRound();
            SendAppends();
            if (budget.EndOfRound)
            {
                SendCommitNotices();
            }
        }

        if (budget.PersistBytes > 0)
        {
            into.Persist = _persist.Take(new HardState(_term, _vote, _log.Commit), budget.PersistBytes);
        }

        into.Apply = TakeApply(budget.ApplyEntriesMax);
        Move(_outgoing, into.Outgoing);
        Move(_wanted, into.Wanted);
        Move(_events, into.Events);
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
            _snapshot = snapshot;
        }

        // While a snapshot is awaited or on its way to the state machine, entries behind it must not overtake it.
        var isBlocked = _needSnapshotIndex > 0 || _persist.Snapshot is not null || entriesMax <= 0;
        var committed = isBlocked ? default : _log.TakeForApply(entriesMax);
        if (!hasSnapshot && committed.IsEmpty && _readStates.Count == 0)
        {
            return null;
        }

        var task = new ApplyTask(_options.Group) { Snapshot = snapshot, Committed = committed };
        Move(_readStates, task.Reads);
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
                SendClaim(NewMessage(MessageKind.AppendResponse, message.From, message.Index, reject: true));
                break;
            case MessageKind.Vote:
                SendClaim(NewMessage(MessageKind.VoteResponse, message.From, 0, reject: true));
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
        Invariant.Holds(message.Term > _term);
        switch (message.Kind)
        {
            case MessageKind.PreVoteResponse when !message.Reject:
                // It carries the term we would campaign in; nobody is in that term yet.
                return true;
            case MessageKind.Vote:
                if (!MayVote() || AnswerRemoved(message))
                {
                    return false;
                }

                if (!message.IsTransfer && RefusesVotes())
                {
                    SendClaim(NewMessage(MessageKind.VoteResponse, message.From, 0, reject: true));
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
        var handling = MessageTable.For(_role, message.Kind);
        if (handling == MessageHandling.Handle)
        {
            Handle(message);
        }
        else if (handling == MessageHandling.Refuse)
        {
            RefuseRead(message);
        }
        else if (handling == MessageHandling.Impossible)
        {
            Invariant.Unreachable($"{_role} of term {_term} received {message}");
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
                HandleReadIndex(message);
                break;
            case MessageKind.ReadIndexResponse:
                HandleReadIndexResponse(message);
                break;
            default:
                Invariant.Unreachable($"no handler for {message.Kind}");
                break;
        }
    }

    private Message NewMessage(MessageKind kind, ReplicaId to, ulong index, bool reject = false) => new()
    {
        Kind = kind,
        Group = _options.Group,
        From = _options.Replica,
        To = to,
        Term = _term,
        Index = index,
        Reject = reject,
        ElectionTimeout = _options.ElectionTimeout,
    };

    /// <summary>
    /// Sends a message that claims this replica's term and vote, and its log up to <paramref name="index"/>: at once if
    /// that is durable, else with the write that makes it so (I-11, I-12).
    /// </summary>
    private void SendClaim(Message message, ulong index = 0)
    {
        if (_persist.IsDurable(_term, _vote) && index <= _log.DurableIndex)
        {
            _outgoing.Add(message);
        }
        else
        {
            _persist.Hold(message, index);
        }
    }

    private void Emit(RaftEventKind kind, ulong index = 0, Configuration? configuration = null) =>
        _events.Add(new RaftEvent(kind, _role, _term, _leader, index, configuration));

    private static void Move<T>(List<T> from, List<T> into)
    {
        if (from.Count > 0)
        {
            into.AddRange(from);
            from.Clear();
        }
    }
}
