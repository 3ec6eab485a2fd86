using System.Runtime.InteropServices;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// One replica with all that its store would be to it: a log that writes when it is told to, a state machine, an
/// outbox. Nothing moves by itself. <see cref="ProcessReady"/> does everything at once; the other methods do one step
/// each, so that a test can stop the world anywhere between a proposal and its application.
/// </summary>
internal sealed class ReplicaUnderTest
{
    private const int RoundsMax = 10_000;

    private readonly ReplicaOptions _options;
    private readonly Prng _prng;
    private readonly Checker _checker;
    private readonly Trace _trace;
    private readonly Ready _ready = new();
    private readonly Queue<PersistTask> _unwritten = new();
    private readonly Queue<ApplyWork> _unapplied = new();
    private readonly Queue<WantedEntries> _wanted = new();
    private readonly Dictionary<LogId, StateMachine> _snapshots = [];
    private RaftReplica? _core;
    private ulong _durableApplied;

    /// <summary>A replica that is down; <see cref="Start"/> brings it up.</summary>
    public ReplicaUnderTest(
        ReplicaOptions options, ProtocolOptions protocol, ReplicaState state, Prng prng, Checker checker, Trace trace)
    {
        _options = options;
        _prng = prng;
        _checker = checker;
        _trace = trace;
        Protocol = protocol;
        Log = new MemoryLog(state);
        Machine = new StateMachine(state.Base, state.TimeTicks);
        _durableApplied = state.Base.Index;
        if (state.Snapshot is { } snapshot)
        {
            Invariant.Holds(snapshot.Last == state.Base);
            _snapshots[snapshot.Last] = Machine.At(snapshot.Last.Index);
        }
    }

    /// <summary>Its id.</summary>
    public ReplicaId Id => _options.Replica;

    /// <summary>The parts of the protocol that are on.</summary>
    public ProtocolOptions Protocol { get; }

    /// <summary>The core; there is none while the replica is down.</summary>
    public RaftReplica Core => _core ?? throw new InvalidOperationException($"Replica {Id} is down.");

    /// <summary>Whether it runs.</summary>
    public bool IsUp => _core is not null;

    /// <summary>How often it was started.</summary>
    public int Life { get; private set; }

    /// <summary>What is to be added to the world's time to get this store's clock.</summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>How much faster this store's clock runs than the world's, in parts per thousand.</summary>
    public int ClockRatePerMille { get; set; }

    /// <summary>Whether it was removed and its data deleted.</summary>
    public bool IsDestroyed { get; private set; }

    /// <summary>Whether each applied entry is durable in the state machine at once.</summary>
    public bool FlushesApplied { get; set; } = true;

    /// <summary>What one Ready may carry where nothing else is said.</summary>
    public ReadyBudget Budget { get; set; } = ReadyBudget.Unlimited;

    /// <summary>Its log.</summary>
    public MemoryLog Log { get; }

    /// <summary>Its state machine.</summary>
    public StateMachine Machine { get; private set; }

    /// <summary>Messages that left; the network takes them from here.</summary>
    public List<Message> Outbox { get; } = [];

    /// <summary>Reads that ended in this life, oldest first.</summary>
    public List<ReadState> Reads { get; } = [];

    /// <summary>What the core reported in this life, oldest first.</summary>
    public List<RaftEvent> Events { get; } = [];

    /// <summary>The core's status.</summary>
    public RaftStatus Status => Core.Status;

    /// <summary>Number of the last written task of this life.</summary>
    public ulong WrittenNumber { get; private set; }

    /// <summary>Number that was reported last in this life.</summary>
    public ulong ReportedNumber { get; private set; }

    /// <summary>How many tasks wait for the disk.</summary>
    public int UnwrittenCount => _unwritten.Count;

    /// <summary>How many apply tasks wait for the state machine.</summary>
    public int UnappliedCount => _unapplied.Count;

    /// <summary>How many requests for entries wait for the disk.</summary>
    public int WantedCount => _wanted.Count;

    /// <summary>
    /// Whether all that the core holds was handed out when it was last asked, so that <see cref="Log"/> shows what the
    /// core sees.
    /// </summary>
    public bool IsInSync { get; private set; }

    /// <summary>The payloads of all applied commands as text, oldest first.</summary>
    public IEnumerable<string> AppliedCommands => Machine.Entries
        .Where(entry => entry.Kind == EntryKind.Command)
        .Select(entry => System.Text.Encoding.UTF8.GetString(entry.Payload.Span));

    /// <summary>Brings it up with what its disk holds; the first time with what it was created from.</summary>
    public void Start(Instant now, ulong needSnapshotIndex = 0)
    {
        Invariant.Holds(!IsUp && !IsDestroyed);
        Life++;
        if (Log.Durable.Snapshot is { } snapshot && snapshot.Last.Index > Machine.Last.Index)
        {
            Machine = _snapshots[snapshot.Last].At(snapshot.Last.Index);
            _durableApplied = Machine.Last.Index;
        }

        var options = _options with { Boot = new BootId(_prng.Next()) };
        var state = Log.Durable.ToState(Machine.Last.Index, needSnapshotIndex);
        _trace.Add("start", Id.Value, state.HardState);
        _core = new RaftReplica(options, Protocol, state, Log, _prng.Fork(), now);
        IsInSync = true;
        _checker.Started(this);
    }

    /// <summary>Power is lost: what was not written is gone, messages in the outbox included.</summary>
    public void Crash()
    {
        Invariant.Holds(IsUp);
        _trace.Add("crash", Id.Value);
        _core = null;
        _unwritten.Clear();
        _unapplied.Clear();
        _wanted.Clear();
        _ready.Clear();
        Outbox.Clear();
        Reads.Clear();
        Events.Clear();
        WrittenNumber = 0;
        ReportedNumber = 0;
        Log.Crash();
        var applied = FlushesApplied ? Machine.Last.Index : _durableApplied;
        Machine = Machine.At(Math.Min(applied, Machine.Last.Index));
    }

    /// <summary>It learned that it was removed: its store deletes it, for ever.</summary>
    public void Destroy()
    {
        Invariant.Holds(IsUp && Core.IsRemoved && !IsDestroyed);
        _checker.Destroying(this);
        Crash();
        IsDestroyed = true;
    }

    /// <summary>
    /// While it is down: its snapshots turn out to be damaged, and its state machine is lost with them.
    /// </summary>
    public void LoseSnapshots()
    {
        Invariant.Holds(!IsUp);
        _trace.Add("lose snapshots", Id.Value);
        _snapshots.Clear();
        Log.Durable.ForgetSnapshot();
        Log.Memory.ForgetSnapshot();
        Machine = new StateMachine(LogId.Zero, 0);
        _durableApplied = 0;
    }

    /// <summary>
    /// The core takes a message. For a snapshot, <paramref name="state"/> is what was received with it.
    /// </summary>
    public void Step(Message message, Instant now, StateMachine? state = null)
    {
        _trace.Add("step", Id.Value, message);
        if (message.Kind == MessageKind.Snapshot)
        {
            Invariant.Holds(message.Snapshot is not null && state is not null);
            Invariant.Holds(state.Last == message.Snapshot.Last);
            _snapshots[message.Snapshot.Last] = state;
        }

        Core.Step(message, now);
        Touched();
    }

    /// <summary>Whatever else is to be done to the core; checks run afterwards.</summary>
    public void Do(string verb, Action<RaftReplica> action)
    {
        _trace.Add(verb, Id.Value);
        action(Core);
        Touched();
    }

    /// <summary>The core's answer to a question that may change it; checks run afterwards.</summary>
    public T Ask<T>(string verb, Func<RaftReplica, T> question)
    {
        var answer = question(Core);
        _trace.Add(verb, Id.Value, answer);
        Touched();
        return answer;
    }

    /// <summary>Asks for a read index and remembers what was committed at that moment.</summary>
    public ReadStatus ReadIndex(Instant now, out ReadTicket ticket)
    {
        var status = Core.ReadIndex(now, out ticket);
        _trace.Add($"read {status}", Id.Value, ticket);
        if (status == ReadStatus.Accepted)
        {
            _checker.ReadAsked(this, ticket);
        }

        Touched();
        return status;
    }

    /// <summary>Does everything that can be done without the network, until nothing is left.</summary>
    public void ProcessReady(Instant now)
    {
        var rounds = 0;
        var moved = true;
        while (moved)
        {
            moved = TakeReady(now);
            while (WriteNext())
            {
                moved = true;
            }

            moved |= ReportPersisted(now);
            while (ApplyNext())
            {
                moved = true;
            }

            while (ServeWanted())
            {
                moved = true;
            }

            if (++rounds > RoundsMax)
            {
                _trace.Fail($"replica {Id} never runs out of Readys");
            }
        }
    }

    /// <summary>Takes one Ready within <see cref="Budget"/>; false if there was nothing to do.</summary>
    public bool TakeReady(Instant now) => TakeReady(Budget, now);

    /// <summary>Takes one Ready; false if there was nothing to do.</summary>
    public bool TakeReady(ReadyBudget budget, Instant now)
    {
        _ready.Clear();
        var isWhole = budget is { PersistBytes: long.MaxValue, IsWithoutEntries: false };
        if (!Core.TakeReady(_ready, budget, now))
        {
            IsInSync |= isWhole;
            _checker.Observed(this);
            return false;
        }

        _trace.Add("ready", Id.Value, _ready.Persist?.Number);
        if (_ready.Persist is { } task)
        {
            Log.Accept(task);
            _checker.Accepted(this, task);
            _unwritten.Enqueue(task);
        }

        // A write that installs a snapshot holds nothing else; what follows it comes with the next one.
        IsInSync = isWhole && _ready.Persist?.Snapshot is null;
        _checker.Observed(this);
        foreach (var message in _ready.Outgoing)
        {
            Leave(message);
        }

        TakeApply(_ready.Apply);
        foreach (var wanted in _ready.Wanted)
        {
            _wanted.Enqueue(wanted);
        }

        foreach (var happened in _ready.Events)
        {
            _trace.Add("event", Id.Value, happened);
            Events.Add(happened);
        }

        return true;
    }

    /// <summary>Writes the oldest task that waits, and lets the messages go that waited for it.</summary>
    public bool WriteNext()
    {
        if (!_unwritten.TryDequeue(out var task))
        {
            return false;
        }

        _trace.Add("write", Id.Value, task.Number);
        Invariant.Holds(task.Number > WrittenNumber, task.Number, WrittenNumber);
        _checker.Writing(this, task);
        Log.Write(task);
        WrittenNumber = task.Number;
        foreach (var message in task.AfterPersist)
        {
            Leave(message);
        }

        return true;
    }

    /// <summary>Tells the core up to which task all is written; false if it knows.</summary>
    public bool ReportPersisted(Instant now)
    {
        if (ReportedNumber == WrittenNumber)
        {
            return false;
        }

        ReportPersisted(WrittenNumber, now);
        return true;
    }

    /// <summary>Tells the core that this written task is durable; reports may come late and in any order.</summary>
    public void ReportPersisted(ulong number, Instant now)
    {
        Invariant.Holds(number <= WrittenNumber, number, WrittenNumber);
        ReportedNumber = Math.Max(ReportedNumber, number);
        _trace.Add("persisted", Id.Value, number);
        Core.Persisted(number, now);
        Touched();
    }

    /// <summary>Lets the state machine do the oldest apply task that waits.</summary>
    public bool ApplyNext()
    {
        if (!_unapplied.TryDequeue(out var work))
        {
            return false;
        }

        if (work.Snapshot is { } snapshot)
        {
            _trace.Add("install", Id.Value, snapshot);
            _checker.Installing(this, snapshot);
            Machine = _snapshots[snapshot.Last].At(snapshot.Last.Index);
            _durableApplied = Machine.Last.Index;
        }

        foreach (var entry in work.Entries)
        {
            _checker.Applying(this, entry);
            Machine.Apply(entry);
        }

        _durableApplied = FlushesApplied ? Machine.Last.Index : _durableApplied;
        _trace.Add("applied", Id.Value, Machine.Last);
        Core.Applied(Machine.Last.Index);
        Touched();
        return true;
    }

    /// <summary>Answers the oldest request for entries, with nothing if <paramref name="succeeds"/> is false.</summary>
    public bool ServeWanted(bool succeeds = true)
    {
        if (!_wanted.TryDequeue(out var wanted))
        {
            return false;
        }

        var entries = succeeds ? Log.ReadFromDisk(wanted.Range) : [];
        _trace.Add("entries available", Id.Value, wanted);
        Core.EntriesAvailable(wanted.Peer, wanted.Range, CollectionsMarshal.AsSpan(entries));
        Touched();
        return true;
    }

    /// <summary>
    /// Takes a snapshot of the state machine; false where it holds nothing new, or its log moved on without it.
    /// </summary>
    public bool TakeSnapshot()
    {
        var last = Machine.Last;
        if (last.Index <= (Log.Memory.Snapshot?.Last.Index ?? 0) || last.Index < Log.Memory.Base.Index
            || last.Index < Log.Durable.Base.Index)
        {
            return false;
        }

        var configuration = Log.Memory.ConfigurationAt(last.Index);
        if (configuration.Configuration.Members.Length == 0)
        {
            // A replica that joined later does not know the bootstrap mark, which is in no log: it cannot describe a
            // snapshot below the first configuration entry.
            return false;
        }

        var meta = new SnapshotMeta(last, configuration, Machine.TimeTicks);
        _trace.Add("take snapshot", Id.Value, meta);
        _snapshots[last] = Machine.At(last.Index);
        _durableApplied = last.Index;
        Log.Mark(meta);
        Core.SnapshotTaken(meta);
        Touched();
        return true;
    }

    /// <summary>
    /// Drops log entries below <paramref name="firstIndex"/>; false where no snapshot of this replica stands in for
    /// them or nothing would go.
    /// </summary>
    public bool Compact(ulong firstIndex)
    {
        var covered = Log.Durable.Snapshot?.Last.Index ?? 0;
        if (firstIndex > covered + 1 || firstIndex <= Log.Memory.FirstIndex || firstIndex <= Log.Durable.FirstIndex
            || firstIndex > _durableApplied + 1)
        {
            return false;
        }

        _trace.Add("compact", Id.Value, firstIndex);
        Log.Compact(firstIndex);
        Core.Compacted(firstIndex);
        Touched();
        return true;
    }

    /// <summary>What goes with an outgoing snapshot message.</summary>
    public StateMachine SnapshotState(SnapshotMeta snapshot)
    {
        if (!_snapshots.TryGetValue(snapshot.Last, out var state))
        {
            _trace.Fail($"replica {Id} sends {snapshot}, which it does not have");
        }

        return state.At(snapshot.Last.Index);
    }

    private void TakeApply(ApplyTask? apply)
    {
        if (apply is null)
        {
            return;
        }

        if (apply.Snapshot is { } snapshot)
        {
            _checker.Handed(this, snapshot);
        }

        var entries = new List<Entry>();
        for (var index = apply.Committed.FirstIndex; index < apply.Committed.EndIndex; index++)
        {
            _checker.Handed(this, index);
            entries.Add(Log.Memory.Get(index));
        }

        if (apply.Snapshot is not null || entries.Count > 0)
        {
            _unapplied.Enqueue(new ApplyWork(apply.Snapshot, entries));
        }

        foreach (var read in apply.Reads)
        {
            _trace.Add("read ended", Id.Value, read);
            _checker.ReadEnded(this, read);
            Reads.Add(read);
        }
    }

    private void Leave(Message message)
    {
        _trace.Add("send", Id.Value, message);
        _checker.Leaving(this, message);
        Outbox.Add(message);
    }

    private void Touched()
    {
        IsInSync = false;
        _checker.Observed(this);
    }
}
