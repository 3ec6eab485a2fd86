using System.Text;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;
using Sampan.Raft.Tests.Fixture;

namespace Sampan.Raft.Tests.Paper;

/// <summary>
/// Replica 1 alone with its disk: the test plays all others by hand, so that it can say what no honest group would say
/// at that moment. Nothing is taken, written or reported unless the test asks for it; <see cref="Settle"/> does it all.
/// </summary>
internal sealed class Lone
{
    private readonly Queue<PersistTask> _unwritten = new();
    private readonly ReplicaOptions _options;
    private readonly ProtocolOptions _protocol;
    private readonly Prng _prng;
    private ulong _written;

    /// <summary>Replica 1 of a group of voters 1 to <paramref name="voters"/>.</summary>
    public Lone(
        int voters = 3,
        Func<ReplicaOptions, ReplicaOptions>? configure = null,
        ReplicaState? state = null,
        ProtocolOptions? protocol = null,
        ulong seed = 7)
    {
        var options = new ReplicaOptions { Group = Mail.Group, Replica = new ReplicaId(1), Boot = new BootId(99) };
        _options = configure?.Invoke(options) ?? options;
        _protocol = protocol ?? new ProtocolOptions();
        _prng = new Prng(seed);
        var start = state ?? ReplicaState.Bootstrap(
            Cluster.ConfigurationOf(Enumerable.Range(1, voters).Select(id => (ulong)id)));
        Log = new MemoryLog(start);
        Core = new RaftReplica(_options, _protocol, start, Log, _prng.Fork(), Now);
    }

    /// <summary>The core.</summary>
    public RaftReplica Core { get; private set; }

    /// <summary>Its log, in memory and on disk.</summary>
    public MemoryLog Log { get; }

    /// <summary>Its clock.</summary>
    public Instant Now { get; private set; } = new(TimeSpan.FromHours(1).Ticks);

    /// <summary>All that left since it was last cleared: at once, or after its write.</summary>
    public List<Message> Sent { get; } = [];

    /// <summary>Messages that left without waiting for a write.</summary>
    public List<Message> SentAtOnce { get; } = [];

    /// <summary>All tasks for the state machine.</summary>
    public List<ApplyTask> Applies { get; } = [];

    /// <summary>Entries that were asked of the disk.</summary>
    public List<WantedEntries> Wanted { get; } = [];

    /// <summary>What was reported to observers.</summary>
    public List<RaftEvent> Events { get; } = [];

    /// <summary>Reads that ended.</summary>
    public IEnumerable<ReadState> Reads => Applies.SelectMany(apply => apply.Reads);

    /// <summary>What the core says of itself.</summary>
    public RaftStatus Status => Core.Status;

    /// <summary>The election timeout T.</summary>
    public TimeSpan T => _options.ElectionTimeout;

    /// <summary>Time passes; the replica is not told.</summary>
    public void Pass(TimeSpan duration) => Now = Now.After(duration);

    /// <summary>Time passes and the replica looks at its clock once.</summary>
    public void Tick(TimeSpan duration)
    {
        Pass(duration);
        Core.Tick(Now);
    }

    /// <summary>Time comes to the next deadline, and the replica looks at its clock.</summary>
    public void TickAtDeadline()
    {
        Now = Instant.Max(Now, Core.NextDeadline);
        Core.Tick(Now);
    }

    /// <summary>The replica takes a message; nothing else happens.</summary>
    public void Step(Message message) => Core.Step(message, Now);

    /// <summary>The replica takes a message and does all it wants done; returns what it sent meanwhile.</summary>
    public List<Message> Deliver(Message message)
    {
        Sent.Clear();
        Step(message);
        Settle();
        return Sent;
    }

    /// <summary>Takes one Ready; the write in it waits.</summary>
    public PersistTask? Take(ReadyBudget? budget = null)
    {
        var ready = new Ready();
        Core.TakeReady(ready, budget ?? ReadyBudget.Unlimited, Now);
        Sent.AddRange(ready.Outgoing);
        SentAtOnce.AddRange(ready.Outgoing);
        Wanted.AddRange(ready.Wanted);
        Events.AddRange(ready.Events);
        if (ready.Apply is { } apply)
        {
            Applies.Add(apply);
        }

        if (ready.Persist is { } task)
        {
            Log.Accept(task);
            _unwritten.Enqueue(task);
        }

        return ready.Persist;
    }

    /// <summary>Writes all that waits for the disk and lets go what waited for it; the core is not told.</summary>
    public void Write()
    {
        while (_unwritten.TryDequeue(out var task))
        {
            Log.Write(task);
            _written = task.Number;
            Sent.AddRange(task.AfterPersist);
        }
    }

    /// <summary>Tells the core what is written.</summary>
    public void Report() => Core.Persisted(_written, Now);

    /// <summary>Takes, writes, reports and applies until nothing is left.</summary>
    public void Settle()
    {
        for (var rounds = 0; rounds < 100; rounds++)
        {
            Write();
            Report();
            var count = Sent.Count + Applies.Count + Events.Count;
            var task = Take();
            if (task is null && count == Sent.Count + Applies.Count + Events.Count)
            {
                return;
            }

            ReportApplied();
        }

        Invariant.Unreachable("a lone replica never comes to rest");
    }

    /// <summary>The state machine reports all it was given.</summary>
    public void ReportApplied()
    {
        foreach (var apply in Applies)
        {
            var last = apply.Committed.IsEmpty ? apply.Snapshot?.Last.Index ?? 0 : apply.Committed.EndIndex - 1;
            Core.Applied(last);
        }
    }

    /// <summary>Power is lost and comes back: only what was written is left.</summary>
    public void Restart(ulong needSnapshotIndex = 0, ulong? applied = null, Func<ReplicaOptions, ReplicaOptions>? with = null)
    {
        var appliedIndex = applied ?? Status.AppliedIndex;
        _unwritten.Clear();
        _written = 0;
        Log.Crash();
        Sent.Clear();
        SentAtOnce.Clear();
        Applies.Clear();
        Events.Clear();
        var state = Log.Durable.ToState(appliedIndex, needSnapshotIndex);
        Core = new RaftReplica(with?.Invoke(_options) ?? _options, _protocol, state, Log, _prng.Fork(), Now);
    }

    /// <summary>Asks for pre-votes as if its timer had fired.</summary>
    public void BecomePreCandidate()
    {
        Core.Campaign(Now);
        Invariant.Holds(Core.Role == Role.PreCandidate);
        Settle();
    }

    /// <summary>Campaigns for the next term, its own vote durable.</summary>
    public void BecomeCandidate()
    {
        AskForVotes();
        Settle();
    }

    /// <summary>Campaigns for the next term, its own vote not even handed out.</summary>
    public void AskForVotes()
    {
        BecomePreCandidate();
        Grant(MessageKind.PreVoteResponse, Core.Term + 1);
        Invariant.Holds(Core.Role == Role.Candidate);
    }

    /// <summary>Is elected by all others; its first entry is durable here and nowhere else.</summary>
    public void BecomeLeader()
    {
        BecomeCandidate();
        Grant(MessageKind.VoteResponse, Core.Term);
        Invariant.Holds(Core.Role == Role.Leader);
        Settle();
        Sent.Clear();
    }

    /// <summary>Is elected, and its first entry is committed.</summary>
    public void BecomeReadyLeader()
    {
        BecomeLeader();
        AcknowledgeAll();
    }

    /// <summary>Every other member acknowledges the whole log, as if all appends had been sent just now.</summary>
    public void AcknowledgeAll()
    {
        Settle();
        foreach (var member in Status.Configuration.Configuration.Members.ToArray())
        {
            if (member.Replica != Status.Replica && Core.Role == Role.Leader)
            {
                Step(Mail.Accepted(member.Replica.Value, Core.Term, Status.LastIndex, Now));
            }
        }

        Settle();
        Sent.Clear();
    }

    /// <summary>Follows <paramref name="leader"/> with these entries in its log, all durable.</summary>
    public void Follow(ulong leader, ulong term, ulong commit = 0, params Entry[] entries)
    {
        Step(Mail.Append(leader, term, LogId.Zero, commit, entries));
        Settle();
        Sent.Clear();
    }

    /// <summary>Proposes a command.</summary>
    public ProposeStatus Propose(string command = "x") =>
        Core.Propose([new Proposal(Encoding.UTF8.GetBytes(command), 0)], out _);

    /// <summary>The only message of a kind among those sent.</summary>
    public Message Only(MessageKind kind) => Assert.Single(Sent, message => message.Kind == kind);

    /// <summary>All messages of a kind among those sent.</summary>
    public List<Message> All(MessageKind kind) => Sent.FindAll(message => message.Kind == kind);

    private void Grant(MessageKind kind, ulong term)
    {
        var role = Core.Role;
        foreach (var member in Status.Configuration.Configuration.Members.ToArray())
        {
            if (member.Replica != Status.Replica && Core.Role == role)
            {
                Step(Mail.Plain(kind, member.Replica.Value, term));
            }
        }
    }
}
