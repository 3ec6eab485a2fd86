using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// A node of a script: a replica, its log and the threads around them, each of which moves only when it is told to. The
/// core forms messages when a Ready is taken, the scripts' core while it handles an input; so after every input a Ready
/// without persistence is taken here, and its messages are kept for the node's next <c>process-ready</c>.
/// </summary>
internal sealed class InteractionNode
{
    private readonly InteractionOptions _options;
    private readonly InteractionNetwork _network;
    private readonly InteractionText _text;
    private readonly InteractionSilence _silence;
    private readonly InteractionClock _clock = new();
    private readonly MemoryLog _log;
    private readonly List<InteractionParcel> _held = [];
    private readonly Queue<InteractionProposal> _waiting = new();
    private readonly Queue<PersistTask> _writes = new();
    private readonly Queue<IndexRange> _applies = new();
    private ulong _handed;

    /// <summary>A node in the state that <paramref name="options"/> begin with.</summary>
    public InteractionNode(
        ReplicaId id, InteractionOptions options, InteractionNetwork network, InteractionText text)
    {
        Id = id;
        _options = options;
        _network = network;
        _text = text;
        _silence = new InteractionSilence(options);
        _log = new MemoryLog(options.State);
        _handed = options.State.AppliedIndex;
        Replica = options.NewReplica(id, _log);
        History = new InteractionHistory(options.State);
        Pump();
    }

    /// <summary>The node's number.</summary>
    public ReplicaId Id { get; }

    /// <summary>The core.</summary>
    public RaftReplica Replica { get; }

    /// <summary>What was applied, and which configurations were in force.</summary>
    public InteractionHistory History { get; }

    /// <summary>Writes that wait for their thread.</summary>
    public bool HasAppendWork => _writes.Count > 0;

    /// <summary>Entries that wait for their thread.</summary>
    public bool HasApplyWork => _applies.Count > 0;

    /// <summary>The log on disk.</summary>
    public LogImage Disk => _log.Durable;

    /// <summary>Term and vote as the last Ready said them, and the commit index.</summary>
    public HardState HardState => _log.Memory.HardState with { Commit = Replica.CommitIndex };

    /// <summary>
    /// Campaigns. The core only does so when it has not heard of a leader for an election timeout; a directive has not
    /// waited for that, so the contact is forgotten first.
    /// </summary>
    public void Campaign()
    {
        Replica.ForgetLeader();
        Replica.Campaign(_clock.Now);
        Pump();
    }

    /// <summary>Forgets the leader. A node that lends leases may not, in the scripts.</summary>
    public void ForgetLeader()
    {
        if (!_options.LeaseReads)
        {
            Replica.ForgetLeader();
        }

        Pump();
    }

    /// <summary>One tick.</summary>
    public void Tick()
    {
        if (Replica.Role == Role.Leader)
        {
            TickLeader();
        }
        else if (_clock.TickFollower())
        {
            Campaign();
        }
    }

    /// <summary>Sets when the node campaigns by itself.</summary>
    public void SetElectionTimeout(int ticks) => _clock.SetTimeout(ticks);

    /// <summary>Hands leadership over.</summary>
    public void Transfer(ReplicaId target)
    {
        _silence.TransferAsked = true;
        Replica.Transfer(target, _clock.Now);
        Pump();
    }

    /// <summary>The way to a peer broke.</summary>
    public void ReportUnreachable(ReplicaId peer)
    {
        Replica.PeerUnreachable(peer);
        Pump();
    }

    /// <summary>Drops the log up to and including an index.</summary>
    public void Compact(ulong index)
    {
        _log.Compact(index + 1);
        Replica.Compacted(index + 1);
        Pump();
    }

    /// <summary>Sends the newest snapshot, past the core.</summary>
    public void SendSnapshot(ReplicaId target) => _network.Send(Parcel(new Message
    {
        Kind = MessageKind.Snapshot,
        Group = new GroupId(1),
        From = Id,
        To = target,
        Term = Replica.Term,
        Snapshot = _log.Durable.Snapshot,
        Stamp = _clock.Now,
    }));

    /// <summary>Proposes something, or passes it to the leader.</summary>
    public void Propose(InteractionProposal proposal)
    {
        if (Replica.Role == Role.Leader)
        {
            // A leader of the scripts that applied its own removal drops proposals; here it would have stepped down.
            if (Replica.ConfigurationAt(Replica.AppliedIndex).Configuration.Contains(Id))
            {
                _waiting.Enqueue(proposal);
            }
        }
        else if (Replica.Leader != ReplicaId.None)
        {
            var text = InteractionText.Message(Id, Replica.Leader, "MsgProp", 0, LogId.Zero, 0, reject: false);
            _held.Add(new InteractionParcel(Replica.Leader, "MsgProp", text, node => node.Propose(proposal)));
        }

        Pump();
    }

    /// <summary>Takes a Ready and does what it says; returns whether there was anything.</summary>
    public bool ProcessReady()
    {
        var worked = _held.Count > 0;
        var commit = Replica.CommitIndex;
        var ready = new Ready();
        var room = ApplyRoom(commit);
        worked |= Replica.TakeReady(ready, new ReadyBudget(long.MaxValue, room, EndOfRound: true), _clock.Now);
        Collect(ready);
        SendHeld();
        MaybeApply(ready.Apply);
        if (ready.Persist is { } write)
        {
            _log.Accept(write);
            if (_options.AsyncStorage)
            {
                SendEarly(write);
                _writes.Enqueue(write);
            }
            else
            {
                Write(write);
                Persisted(write.Number);
                ApplyMore(commit, room);
            }
        }

        Pump();
        return worked;
    }

    /// <summary>Writes the oldest write; the answers leave, also the one to this node itself.</summary>
    public void ProcessAppendThread()
    {
        if (_writes.TryDequeue(out var write))
        {
            Write(write);
            _network.Send(Local("MsgStorageAppendResp", node => node.Persisted(write.Number)));
        }
    }

    /// <summary>Applies the oldest committed entries that were handed out.</summary>
    public void ProcessApplyThread()
    {
        if (_applies.TryDequeue(out var range))
        {
            Apply(range);
            _network.Send(Local("MsgStorageApplyResp", node => node.Applied(range.EndIndex - 1)));
        }
    }

    /// <summary>Takes a message of another node.</summary>
    public void Step(Message message)
    {
        _silence.Before(message, Replica, _clock.ElapsedTicks);
        Replica.Step(message, _clock.Now);
        if (message.Kind == MessageKind.Commit && Replica.Leader == message.From)
        {
            AnswerNotice(message);
        }

        Pump();
    }

    private void TickLeader()
    {
        var looks = _clock.TickLeader() && (_options.CheckQuorum || Replica.Status.TransferTarget != ReplicaId.None);
        if (looks)
        {
            _clock.Leap();
            Replica.Tick(_clock.Now);
        }
        else
        {
            Replica.SendHeartbeats(_clock.Now);
        }

        Pump();
    }

    private void Persisted(ulong number)
    {
        Replica.Persisted(number, _clock.Now);
        // A late report must not bless an entry that has taken the place of the one that was written (B12).
        var durable = Replica.Status.DurableIndex;
        Invariant.Holds(_log.Durable.TryGetTerm(durable, out var written));
        Invariant.Holds(_log.Memory.TryGetTerm(durable, out var meant) && written == meant, written, meant);
        Pump();
    }

    private void Applied(ulong index)
    {
        Replica.Applied(index);
        _log.Memory.TryGetTerm(index, out var term);
        var snapshot = new SnapshotMeta(new LogId(term, index), Replica.ConfigurationAt(index), timeTicks: 0);
        _log.Mark(snapshot);
        Replica.SnapshotTaken(snapshot);
        Pump();
    }

    private void Pump()
    {
        do
        {
            var ready = new Ready();
            while (Replica.TakeReady(ready, new ReadyBudget(0, 0, EndOfRound: true), _clock.Now))
            {
                Collect(ready);
                MaybeApply(ready.Apply);
            }

            _silence.TransferAsked &= Replica.Role == Role.Leader;
            _clock.Follow(Replica);
        }
        while (MaybePropose());
    }

    private void Collect(Ready ready)
    {
        foreach (var message in ready.Outgoing)
        {
            if (!_silence.Swallows(message))
            {
                _held.Add(Parcel(message));
            }
        }

        foreach (var wanted in ready.Wanted)
        {
            Replica.EntriesAvailable(wanted.Peer, wanted.Range, _log.ReadFromDisk(wanted.Range).ToArray());
        }

        History.Note(ready.Events);
    }

    private void SendHeld()
    {
        foreach (var parcel in _held)
        {
            _network.Send(parcel);
        }

        _held.Clear();
    }

    /// <summary>
    /// Tries what waits; returns whether something got its place. What the core refuses and the scripts' core turns
    /// into an empty entry becomes one. What it merely asks to wait for, the first commit of a term and a learner that
    /// catches up, is waited for.
    /// </summary>
    private bool MaybePropose()
    {
        if (!_waiting.TryPeek(out var proposal))
        {
            return false;
        }

        var place = new LogId(Replica.Term, Replica.Status.LastIndex + 1);
        var status = proposal.ProposeTo(Replica);
        if (status == ProposeStatus.LearnerNotReady
            || (status == ProposeStatus.ChangeInProgress && !HasCommittedInTerm()))
        {
            return false;
        }

        _waiting.Dequeue();
        if (status == ProposeStatus.Accepted && proposal.IsChange)
        {
            _text.NameChange(place, proposal.Words);
        }
        else if (status is ProposeStatus.ChangeInProgress or ProposeStatus.InvalidChange)
        {
            Invariant.Holds(InteractionProposal.Command("").ProposeTo(Replica) == ProposeStatus.Accepted);
        }

        return true;
    }

    private bool HasCommittedInTerm() =>
        _log.Memory.TryGetTerm(Replica.CommitIndex, out var term) && term == Replica.Term;

    private void Write(PersistTask write)
    {
        _log.Write(write);
        foreach (var message in write.AfterPersist)
        {
            if (!_silence.Swallows(message))
            {
                _network.Send(Parcel(message));
            }
        }
    }

    /// <summary>
    /// The scripts' core lets everything but votes and acknowledgements leave before the term that it claims is
    /// durable. No node crashes in a script, so nobody can tell the difference, but a script may schedule the write
    /// after the message.
    /// </summary>
    private void SendEarly(PersistTask write)
    {
        foreach (var message in write.AfterPersist.Where(LeavesEarly))
        {
            _network.Send(Parcel(message));
        }

        write.AfterPersist.RemoveAll(LeavesEarly);
    }

    private static bool LeavesEarly(Message message) => message.Kind is
        not (MessageKind.AppendResponse or MessageKind.VoteResponse or MessageKind.PreVoteResponse);

    private void MaybeApply(ApplyTask? task)
    {
        if (task?.Snapshot is { } snapshot)
        {
            _handed = snapshot.Last.Index;
            History.Installed(snapshot.Last.Index);
            Replica.Applied(snapshot.Last.Index);
        }

        if (task is null || task.Committed.IsEmpty)
        {
            return;
        }

        _handed = task.Committed.EndIndex - 1;
        if (_options.AsyncStorage)
        {
            _applies.Enqueue(task.Committed);
        }
        else
        {
            Apply(task.Committed);
            Applied(_handed);
        }
    }

    private void Apply(IndexRange range)
    {
        for (var index = range.FirstIndex; index < range.EndIndex; index++)
        {
            History.Applied(_log.Durable.Get(index), _text);
        }
    }

    /// <summary>How many entries a Ready may hand out, given what is committed when it is taken.</summary>
    private int ApplyRoom(ulong commit)
    {
        if (_options.ApplyBytesMax == long.MaxValue)
        {
            return int.MaxValue;
        }

        var bytes = 0L;
        var count = 0;
        for (var index = _handed + 1; index <= commit && (count == 0 || bytes < _options.ApplyBytesMax); index++)
        {
            bytes += _log.Memory.LastIndex >= index ? _log.Memory.Get(index).SizeBytes : Entry.HeaderBytes;
            count++;
        }

        return count;
    }

    /// <summary>
    /// The scripts hand out what was committed when the Ready was taken also if this Ready made it durable; the core
    /// hands it out afterwards.
    /// </summary>
    private void ApplyMore(ulong commit, int room)
    {
        if (room < int.MaxValue || commit <= _handed)
        {
            return;
        }

        var ready = new Ready();
        Replica.TakeReady(ready, new ReadyBudget(0, (int)(commit - _handed), EndOfRound: true), _clock.Now);
        Collect(ready);
        MaybeApply(ready.Apply);
    }

    /// <summary>
    /// A commit notice needs no answer. In the scripts it is an empty append, which is answered; so that the traffic
    /// can be compared, an answer travels that nobody reads.
    /// </summary>
    private void AnswerNotice(Message message)
    {
        var log = new LogId(0, Replica.Status.LastIndex);
        var text = InteractionText.Message(Id, message.From, "MsgAppResp", Replica.Term, log, 0, reject: false);
        _held.Add(new InteractionParcel(message.From, "MsgAppResp", text, _ => { }));
    }

    private InteractionParcel Local(string type, Action<InteractionNode> deliver) =>
        new(Id, type, string.Empty, deliver, isLocal: true);

    private InteractionParcel Parcel(Message message)
    {
        var text = message.Kind == MessageKind.Commit
            ? InteractionText.Message(Id, message.To, "MsgApp", message.Term, EndFor(message.To), message.Commit, false)
            : InteractionText.Message(message);
        return new InteractionParcel(
            message.To, InteractionText.Type(message.Kind), text, node => node.Step(message));
    }

    /// <summary>
    /// The last entry that was sent to a member, behind which the scripts' core would put an empty append.
    /// </summary>
    private LogId EndFor(ReplicaId member)
    {
        var status = Replica.Status;
        var known = status.Progress.Where(progress => progress.Replica == member).ToArray();
        var index = known.Length > 0 ? known[0].Next - 1 : status.LastIndex;
        _log.Memory.TryGetTerm(index, out var term);
        return new LogId(Math.Max(term, 1), index);
    }
}
