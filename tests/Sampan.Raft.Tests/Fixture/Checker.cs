using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// Watches all replicas of a group and ends the run at the first step that breaks a property of the protocol. It knows
/// nothing of how the core works: only its status, its writes, its messages and what it hands to the state machine.
/// The numbers are those of the list of invariants (docs/invariants.md).
/// </summary>
internal sealed partial class Checker
{
    private readonly Trace _trace;
    private readonly Dictionary<ReplicaId, ReplicaMemory> _memories = [];
    private readonly Dictionary<ReplicaId, ReplicaUnderTest> _replicas = [];
    private readonly Dictionary<ulong, TermRecord> _terms = [];
    private readonly Dictionary<LogId, (Entry Entry, ulong PreviousTerm)> _known = [];
    private readonly Dictionary<(ReplicaId Candidate, ulong Term), LogId> _campaigns = [];

    /// <summary>A checker of a group that has not begun.</summary>
    public Checker(Trace trace) => _trace = trace;

    /// <summary>All that was ever committed.</summary>
    public CommittedLog Committed { get; } = new();

    /// <summary>Who led which term.</summary>
    public IReadOnlyDictionary<ulong, TermRecord> Terms => _terms;

    /// <summary>How many elections were won.</summary>
    public int LeaderCount => _terms.Count;

    /// <summary>Reads of living replicas that were accepted and have not ended.</summary>
    public int OpenReads => _memories.Where(pair => _replicas[pair.Key].IsUp).Sum(pair => pair.Value.Reads.Count);

    /// <summary>A replica was started: it must remember what its disk holds (I-20).</summary>
    public void Started(ReplicaUnderTest replica)
    {
        _replicas[replica.Id] = replica;
        var memory = MemoryOf(replica);
        memory.Life = replica.Life;
        memory.ComparedCommit = replica.Log.Durable.Base.Index;
        memory.Handed = replica.Machine.Last.Index;
        memory.Reads.Clear();
        memory.Uninspected = default;
        memory.Seen = replica.Log.Durable.HardState;
        Observed(replica);
    }

    /// <summary>A replica's core was called.</summary>
    public void Observed(ReplicaUnderTest replica)
    {
        var memory = MemoryOf(replica);
        var status = replica.Status;
        var now = status.HardState;
        var before = memory.Seen;
        Require(now.Term >= before.Term, replica, "the term never falls (I-20)", now.Term, before.Term);
        Require(now.Commit >= before.Commit, replica, "the commit index never falls (I-20)", now.Commit, before.Commit);
        Require(
            now.Term > before.Term || before.Vote == ReplicaId.None || now.Vote == before.Vote,
            replica,
            "a vote never changes within its term (I-20)",
            now.Vote.Value,
            before.Vote.Value);
        Require(now.Commit <= status.LastIndex, replica, "commit <= last (I-9)", now.Commit, status.LastIndex);
        Require(status.AppliedIndex <= now.Commit, replica, "applied <= commit (I-9)", status.AppliedIndex, now.Commit);
        Require(
            status.DurableIndex <= status.LastIndex, replica, "durable <= last", status.DurableIndex, status.LastIndex);
        if (status.Role == Role.Leader)
        {
            ObserveLeader(replica, memory, status);
        }

        memory.Seen = now;
        if (replica.IsInSync)
        {
            Compare(replica, memory, status);
        }
    }

    /// <summary>An index was handed to the state machine's queue: it must be committed, durable, and next.</summary>
    public void Handed(ReplicaUnderTest replica, ulong index)
    {
        var memory = MemoryOf(replica);
        Require(index == memory.Handed + 1, replica, "committed entries are handed out once", index, memory.Handed);
        Require(index <= memory.Seen.Commit, replica, "only what is committed", index, memory.Seen.Commit);
        var disk = replica.Log.Durable;
        Require(
            replica.Log.Memory.TryGetTerm(index, out var term) && disk.Covers(new LogId(term, index)),
            replica,
            "only what is durable here (B16)",
            index,
            disk.LastIndex);
        memory.Handed = index;
    }

    /// <summary>
    /// A snapshot was handed to the state machine's queue: it is durable, and ahead of the state machine.
    /// </summary>
    public void Handed(ReplicaUnderTest replica, SnapshotMeta snapshot)
    {
        var memory = MemoryOf(replica);
        var marked = replica.Log.Durable.Snapshot?.Last ?? LogId.Zero;
        Require(marked >= snapshot.Last, replica, "a snapshot is marked first", marked.Index, snapshot.Last.Index);
        Require(
            snapshot.Last.Index >= memory.Handed,
            replica,
            "a snapshot never takes the state machine back (E1)",
            snapshot.Last.Index,
            memory.Handed);
        memory.Handed = snapshot.Last.Index;
    }

    /// <summary>The state machine is about to take an entry.</summary>
    public void Applying(ReplicaUnderTest replica, Entry entry)
    {
        Require(
            entry.Index == replica.Machine.Last.Index + 1,
            replica,
            "applied in order",
            entry.Index,
            replica.Machine.Last.Index);
        Commit(replica, entry);
    }

    /// <summary>The state machine is about to take the place of a snapshot.</summary>
    public void Installing(ReplicaUnderTest replica, SnapshotMeta snapshot) =>
        Require(
            snapshot.Last.Index >= replica.Machine.Last.Index,
            replica,
            "a snapshot never takes the state machine back (E1)",
            snapshot.Last.Index,
            replica.Machine.Last.Index);

    /// <summary>A replica is about to be deleted: a configuration without it must be committed (A11, C17).</summary>
    public void Destroying(ReplicaUnderTest replica)
    {
        var committed = Committed.ConfigurationAt(Committed.LastIndex);
        foreach (var other in _replicas.Values.Where(other => other.IsUp))
        {
            // What a replica commits is compared with the others only once it is written; it may say so before.
            var known = other.Core.ConfigurationAt(other.Status.HardState.Commit);
            committed = known.Index > (committed?.Index ?? 0) ? known : committed;
        }

        Require(
            committed is { } newest && !newest.Configuration.Contains(replica.Id),
            replica,
            $"only who was removed for good is deleted: {committed}",
            committed?.Index ?? 0,
            0);
    }

    /// <summary>A read was accepted: it must see all that is committed now.</summary>
    public void ReadAsked(ReplicaUnderTest replica, ReadTicket ticket) =>
        Require(
            MemoryOf(replica).Reads.TryAdd(ticket, CommittedNow()),
            replica,
            "a ticket is given once (D2)",
            ticket.Term,
            ticket.Counter);

    /// <summary>A read ended.</summary>
    public void ReadEnded(ReplicaUnderTest replica, ReadState read)
    {
        Require(
            MemoryOf(replica).Reads.Remove(read.Ticket, out var committed),
            replica,
            "a read ends once",
            read.Ticket.Term,
            read.Ticket.Counter);
        Require(
            read.Outcome != ReadOutcome.Confirmed || read.Index >= committed,
            replica,
            "a read sees all that was committed when it was asked",
            read.Index,
            committed);
    }

    /// <summary>
    /// The highest index that any living leader or follower calls committed, whether its entry was seen or not.
    /// </summary>
    private ulong CommittedNow()
    {
        var highest = Committed.LastIndex;
        foreach (var memory in _memories.Values)
        {
            highest = Math.Max(highest, memory.Seen.Commit);
        }

        return highest;
    }

    private void ObserveLeader(ReplicaUnderTest replica, ReplicaMemory memory, RaftStatus status)
    {
        var term = status.HardState.Term;
        if (!_terms.TryGetValue(term, out var record))
        {
            record = new TermRecord(replica.Id, replica.Life);
            _terms.Add(term, record);
            _trace.Add("leads", replica.Id.Value, term);
            RequireElected(replica, term, status.Configuration.Configuration);
        }

        Require(record.Leader == replica.Id, replica, "one leader a term (I-1)", term, record.Leader.Value);
        Require(record.Life == replica.Life, replica, "one life a leader (A9)", term, (ulong)record.Life);
        if (status.HardState.Commit > memory.Seen.Commit)
        {
            memory.Uninspected = (status.HardState.Commit, term, status.Configuration.Configuration);
        }

        foreach (var progress in status.Progress)
        {
            if (progress.Replica != replica.Id)
            {
                RequireMatchDurable(replica, progress, term);
            }
        }
    }

    /// <summary>A quorum of each half voted for it, durably (I-1).</summary>
    private void RequireElected(ReplicaUnderTest leader, ulong term, Configuration configuration)
    {
        foreach (var isOutgoing in (ReadOnlySpan<bool>)[false, true])
        {
            var half = isOutgoing ? configuration.VotersOutgoing : configuration.Voters;
            var votes = 0UL;
            foreach (var voter in half)
            {
                var voted = _memories.TryGetValue(voter, out var memory)
                    && memory.Votes.TryGetValue(term, out var vote) && vote == leader.Id;
                votes += voted ? 1UL : 0UL;
            }

            Require(
                half.Length == 0 || votes > (ulong)half.Length / 2,
                leader,
                $"a leader of term {term} has a quorum of votes in {configuration}",
                votes,
                (ulong)half.Length);
        }
    }

    private void RequireMatchDurable(ReplicaUnderTest leader, ProgressStatus progress, ulong term)
    {
        Require(progress.Next > progress.Match, leader, "next > match (I-13)", progress.Next, progress.Match);
        if (progress.Match == 0 || !_replicas.TryGetValue(progress.Replica, out var follower)
            || follower.Log.Durable.HardState.Term != term)
        {
            return;
        }

        Require(
            progress.Match <= follower.Log.Durable.LastIndex,
            leader,
            $"match of {progress.Replica} is durable there (I-13)",
            progress.Match,
            follower.Log.Durable.LastIndex);
    }

    private void Compare(ReplicaUnderTest replica, ReplicaMemory memory, RaftStatus status)
    {
        var log = replica.Log.Memory;
        Require(log.LastIndex == status.LastIndex, replica, "all was handed out", log.LastIndex, status.LastIndex);
        Require(log.FirstIndex == status.FirstIndex, replica, "first index", log.FirstIndex, status.FirstIndex);
        var newest = log.Configurations[^1];
        Require(
            status.Configuration.Index == newest.Index
                && status.Configuration.Configuration.SameAs(newest.Configuration),
            replica,
            "the newest configuration of the log is in force (I-14)",
            status.Configuration.Index,
            newest.Index);
        CompareLeader(replica, status);
        for (var i = Math.Max(memory.ComparedCommit + 1, log.FirstIndex); i <= status.HardState.Commit; i++)
        {
            Commit(replica, log.Get(i));
        }

        memory.ComparedCommit = Math.Max(memory.ComparedCommit, status.HardState.Commit);
        if (memory.Uninspected.Configuration is { } configuration)
        {
            Require(
                !log.TryGetTerm(memory.Uninspected.Index, out var term) || term == memory.Uninspected.Term,
                replica,
                "a leader commits by counting entries of its own term only (B1)",
                term,
                memory.Uninspected.Term);
            RequireQuorum(replica, memory.Uninspected.Index, configuration);
            memory.Uninspected = default;
        }
    }

    private void CompareLeader(ReplicaUnderTest replica, RaftStatus status)
    {
        if (status.Role != Role.Leader)
        {
            return;
        }

        var log = replica.Log.Memory;
        var record = _terms[status.HardState.Term];
        var first = record.IsCompared ? Math.Max(log.LastIndex, log.FirstIndex) : log.FirstIndex;
        while (record.IsCompared && first > log.FirstIndex && !record.Terms.ContainsKey(first - 1))
        {
            first--;
        }

        for (var i = first; i <= log.LastIndex; i++)
        {
            var term = log.Get(i).Term;
            Require(
                record.Terms.TryAdd(i, term) || record.Terms[i] == term,
                replica,
                "a leader never overwrites its own log (I-21)",
                i,
                term);
        }

        if (record.IsCompared)
        {
            return;
        }

        record.IsCompared = true;
        for (var i = log.FirstIndex; i <= Committed.LastIndex; i++)
        {
            if (Committed.Find(i) is { } entry && Committed.CommittedInTerm(i) < status.HardState.Term)
            {
                Require(
                    log.Covers(entry.Id), replica, "a leader holds all that was committed before (I-4)", i, entry.Term);
            }
        }
    }

    private void Commit(ReplicaUnderTest replica, Entry entry)
    {
        if (Committed.Find(entry.Index) is not { } known)
        {
            Committed.Add(entry, replica.Status.HardState.Term);
            return;
        }

        Require(
            known.Id == entry.Id,
            replica,
            $"committed logs agree (I-2): {entry} here, {known} elsewhere",
            entry.Index,
            known.Term);
    }

    private void RequireQuorum(ReplicaUnderTest leader, ulong index, Configuration configuration)
    {
        if (!leader.Log.Memory.TryGetTerm(index, out var term))
        {
            return;
        }

        var id = new LogId(term, index);
        foreach (var isOutgoing in (ReadOnlySpan<bool>)[false, true])
        {
            var half = isOutgoing ? configuration.VotersOutgoing : configuration.Voters;
            var holding = 0;
            foreach (var voter in half)
            {
                var holds = _replicas.TryGetValue(voter, out var replica)
                    && !replica.IsDestroyed && replica.Log.Durable.Covers(id);
                holding += holds ? 1 : 0;
            }

            Require(
                half.Length == 0 || holding > half.Length / 2,
                leader,
                $"what is committed is durable on a quorum (I-6): {id} of {configuration}",
                (ulong)holding,
                (ulong)half.Length);
        }
    }

    private ReplicaMemory MemoryOf(ReplicaUnderTest replica)
    {
        if (!_memories.TryGetValue(replica.Id, out var memory))
        {
            memory = new ReplicaMemory();
            _memories.Add(replica.Id, memory);
        }

        return memory;
    }

    private void Require(
        [System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool condition,
        ReplicaUnderTest replica,
        string property,
        ulong left,
        ulong right)
    {
        if (!condition)
        {
            _trace.Fail($"replica {replica.Id}: {property} ({left}, {right})");
        }
    }

    private void Require(
        [System.Diagnostics.CodeAnalysis.DoesNotReturnIf(false)] bool condition,
        ReplicaUnderTest replica,
        [System.Runtime.CompilerServices.InterpolatedStringHandlerArgument(nameof(condition))]
        ref PropertyText property,
        ulong left,
        ulong right)
    {
        if (!condition)
        {
            _trace.Fail($"replica {replica.Id}: {property.Take()} ({left}, {right})");
        }
    }
}
