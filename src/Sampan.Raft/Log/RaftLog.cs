using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Log;

/// <summary>
/// One replica's log as the protocol sees it. Three places hold entries: the tail here (everything that is not durable
/// yet), the <see cref="ILogView"/> (recent entries, in memory) and the disk. Positions rise in the order
/// base &lt;= applied &lt;= handed &lt;= commit &lt;= last, and durable &lt;= last.
/// </summary>
/// <remarks>
/// Invariant: the tail is contiguous and ends at <see cref="LastIndex"/>; what lies before it is durable or handed out
/// in a write. Invariant: <see cref="HandedIndex"/> never passes min(<see cref="Commit"/>, <see cref="DurableIndex"/>)
/// (B16).
/// </remarks>
internal sealed class RaftLog
{
    private readonly ILogView _view;
    private readonly TermRuns _runs = new();
    private readonly PendingWrites _writes = new();
    private readonly List<Entry> _tail = [];
    private ulong _tailFirst;

    /// <summary>A log as it was found on disk; all of it is durable.</summary>
    public RaftLog(ReplicaState state, ILogView view)
    {
        _view = view;
        Base = state.Base;
        LastIndex = Math.Max(state.LastIndex, state.Base.Index);
        Invariant.Holds(state.TermRuns.Count > 0 || LastIndex == Base.Index);
        foreach (var run in state.TermRuns)
        {
            Invariant.Holds(run.Index > Base.Index && run.Index <= LastIndex);
            Invariant.Holds(run.Term >= Base.Term, run.Term, Base.Term);
            _runs.Append(run);
        }

        Invariant.Holds(_runs.IsEmpty || _runs.RunOf(LastIndex).Index > Base.Index);
        LastTerm = _runs.IsEmpty ? Base.Term : _runs.RunOf(LastIndex).Term;
        DurableIndex = LastIndex;
        NextPersistIndex = LastIndex + 1;
        _tailFirst = LastIndex + 1;
        AppliedIndex = state.AppliedIndex;
        HandedIndex = state.AppliedIndex;
        Commit = Math.Max(state.HardState.Commit, Math.Max(Base.Index, state.AppliedIndex));
        Invariant.Holds(Commit <= LastIndex, Commit, LastIndex);
        TimeTicks = state.TimeTicks;
    }

    /// <summary>The entry before the first one.</summary>
    public LogId Base { get; private set; }

    /// <summary>Index of the first entry, whether it exists yet or not.</summary>
    public ulong FirstIndex => Base.Index + 1;

    /// <summary>Index of the last entry, or of the base.</summary>
    public ulong LastIndex { get; private set; }

    /// <summary>Term of the last entry, or of the base.</summary>
    public ulong LastTerm { get; private set; }

    /// <summary>Position of the last entry, or the base.</summary>
    public LogId Last => new(LastTerm, LastIndex);

    /// <summary>Everything up to here is known to be on a quorum.</summary>
    public ulong Commit { get; private set; }

    /// <summary>Everything up to here is durable at this store.</summary>
    public ulong DurableIndex { get; private set; }

    /// <summary>First index that no write handed out yet holds.</summary>
    public ulong NextPersistIndex { get; private set; }

    /// <summary>Everything up to here was handed to the state machine.</summary>
    public ulong HandedIndex { get; private set; }

    /// <summary>Everything up to here was reported applied.</summary>
    public ulong AppliedIndex { get; private set; }

    /// <summary>The highest time stamp the log has held.</summary>
    public long TimeTicks { get; private set; }

    /// <summary>The term at <paramref name="index"/>; false below the base and above the last entry.</summary>
    public bool TryGetTerm(ulong index, out ulong term)
    {
        if (index == Base.Index)
        {
            term = Base.Term;
            return true;
        }

        if (index < Base.Index || index > LastIndex)
        {
            term = 0;
            return false;
        }

        term = _runs.RunOf(index).Term;
        return true;
    }

    /// <summary>Whether the log holds exactly this entry (or it is its base).</summary>
    public bool Matches(LogId id) => TryGetTerm(id.Index, out var term) && term == id.Term;

    /// <summary>
    /// Whether a log that ends at <paramref name="last"/> may replace this one (dissertation, 3.6.1).
    /// </summary>
    public bool IsUpToDate(LogId last) => last >= Last;

    /// <summary>Appends a leader's own entry.</summary>
    public void Append(Entry entry)
    {
        Invariant.Holds(entry.Index == LastIndex + 1, entry.Index, LastIndex);
        Invariant.Holds(entry.Term >= LastTerm, entry.Term, LastTerm);
        if (_tail.Count == 0)
        {
            _tailFirst = entry.Index;
        }

        _tail.Add(entry);
        _runs.Append(entry.Id);
        LastIndex = entry.Index;
        LastTerm = entry.Term;
        TimeTicks = Math.Max(TimeTicks, entry.TimeTicks);
    }

    /// <summary>
    /// The first index that <paramref name="entries"/> would change: of a conflict (then what is there goes first) or
    /// behind the end. 0 if all of them are held already; those must not be touched, since they may be committed (B3).
    /// </summary>
    public ulong FindFirstNew(IReadOnlyList<Entry> entries)
    {
        foreach (var entry in entries)
        {
            if (entry.Index <= Base.Index)
            {
                continue;
            }

            if (!Matches(entry.Id))
            {
                return entry.Index;
            }
        }

        return 0;
    }

    /// <summary>Drops the suffix from <paramref name="firstIndex"/> on. Committed entries never go (I-21).</summary>
    public void TruncateFrom(ulong firstIndex)
    {
        Invariant.Holds(firstIndex > Commit, firstIndex, Commit);
        Invariant.Holds(firstIndex > Base.Index && firstIndex <= LastIndex, firstIndex, LastIndex);
        if (firstIndex <= _tailFirst)
        {
            _tail.Clear();
            _tailFirst = firstIndex;
        }
        else
        {
            var kept = (int)(firstIndex - _tailFirst);
            _tail.RemoveRange(kept, _tail.Count - kept);
        }

        _runs.TruncateFrom(firstIndex);
        _writes.TruncateFrom(firstIndex);
        LastIndex = firstIndex - 1;
        LastTerm = _runs.IsEmpty ? Base.Term : _runs.RunOf(LastIndex).Term;
        DurableIndex = Math.Min(DurableIndex, LastIndex);
        NextPersistIndex = Math.Min(NextPersistIndex, firstIndex);
    }

    /// <summary>
    /// Where a leader should probe after a follower refused the entry before <paramref name="next"/>: behind the last
    /// entry that both can share, given the follower's conflicting term and that term's first index. One round trip a
    /// term, not an entry.
    /// </summary>
    public ulong NextAfterReject(ulong next, LogId conflict)
    {
        var previous = next - 1;
        // The base counts: a term whose entries are all compacted still ends there, and no snapshot is needed for it.
        if (conflict.Term == 0 || (conflict.Term != Base.Term && !_runs.Holds(conflict.Term)))
        {
            return Math.Min(conflict.Index, previous);
        }

        var above = _runs.FirstIndexAbove(conflict.Term);
        var behindTerm = above == 0 ? LastIndex + 1 : above;
        return behindTerm <= previous ? Math.Max(behindTerm, 1) : Math.Min(conflict.Index, previous);
    }

    /// <summary>
    /// What a follower answers for an entry it does not have: its term there (0: none) and where that begins.
    /// </summary>
    public LogId ConflictAt(ulong index)
    {
        if (index > LastIndex)
        {
            return new LogId(0, LastIndex + 1);
        }

        Invariant.Holds(index > Base.Index, index, Base.Index);
        return _runs.RunOf(index);
    }

    /// <summary>Reads what is in memory; 0 entries if the first one is not.</summary>
    public int Read(IndexRange range, long bytesMax, List<Entry> into)
    {
        Invariant.Holds(range.FirstIndex >= FirstIndex && range.EndIndex <= LastIndex + 1);
        var count = 0;
        var next = range.FirstIndex;
        var bytes = 0L;
        if (next < _tailFirst)
        {
            var head = new IndexRange(next, Math.Min(range.EndIndex, _tailFirst));
            var start = into.Count;
            count = _view.Read(head, bytesMax, into);
            for (var i = start; i < into.Count; i++)
            {
                Invariant.Holds(into[i].Index == next, into[i].Index, next);
                bytes += into[i].SizeBytes;
                next++;
            }

            if (next < head.EndIndex || bytes >= bytesMax)
            {
                return count;
            }
        }

        for (; next < range.EndIndex; next++)
        {
            var entry = _tail[(int)(next - _tailFirst)];
            if (count > 0 && bytes + entry.SizeBytes > bytesMax)
            {
                break;
            }

            into.Add(entry);
            bytes += entry.SizeBytes;
            count++;
        }

        return count;
    }

    /// <summary>Whether entries wait to be written.</summary>
    public bool HasEntriesToPersist => NextPersistIndex <= LastIndex;

    /// <summary>
    /// Moves up to <paramref name="bytesMax"/> of the unwritten tail (one entry at least) into write n.
    /// </summary>
    public void TakeForPersist(ulong number, long bytesMax, List<Entry> into)
    {
        Invariant.Holds(NextPersistIndex >= _tailFirst, NextPersistIndex, _tailFirst);
        var first = NextPersistIndex;
        var bytes = 0L;
        while (NextPersistIndex <= LastIndex)
        {
            var entry = _tail[(int)(NextPersistIndex - _tailFirst)];
            if (into.Count > 0 && bytes + entry.SizeBytes > bytesMax)
            {
                break;
            }

            into.Add(entry);
            bytes += entry.SizeBytes;
            NextPersistIndex++;
        }

        if (NextPersistIndex > first)
        {
            _writes.Add(number, new IndexRange(first, NextPersistIndex));
        }
    }

    /// <summary>
    /// All writes up to <paramref name="number"/> are durable; returns whether the durable index moved.
    /// </summary>
    public bool Persisted(ulong number)
    {
        var durable = _writes.Complete(number);
        if (durable <= DurableIndex)
        {
            return false;
        }

        Invariant.Holds(durable <= LastIndex, durable, LastIndex);
        DurableIndex = durable;
        if (DurableIndex >= _tailFirst)
        {
            var count = (int)Math.Min((ulong)_tail.Count, DurableIndex + 1 - _tailFirst);
            _tail.RemoveRange(0, count);
            _tailFirst += (ulong)count;
        }

        return true;
    }

    /// <summary>Raises the commit index; returns whether it moved. It never falls (I-20).</summary>
    public bool CommitTo(ulong index)
    {
        Invariant.Holds(index <= LastIndex, index, LastIndex);
        if (index <= Commit)
        {
            return false;
        }

        Commit = index;
        return true;
    }

    /// <summary>
    /// Committed and durable entries that were not handed out, at most <paramref name="entriesMax"/>.
    /// </summary>
    public IndexRange TakeForApply(int entriesMax)
    {
        var last = Math.Min(Commit, DurableIndex);
        var first = HandedIndex + 1;
        if (last < first)
        {
            return default;
        }

        var end = Math.Min(last + 1, first + (ulong)entriesMax);
        HandedIndex = end - 1;
        return new IndexRange(first, end);
    }

    /// <summary>The state machine reports its progress.</summary>
    public void Applied(ulong index)
    {
        Invariant.Holds(index <= HandedIndex, index, HandedIndex);
        AppliedIndex = Math.Max(AppliedIndex, index);
    }

    /// <summary>The log now begins at <paramref name="firstIndex"/>; only what was applied may go.</summary>
    public void Compact(ulong firstIndex)
    {
        if (firstIndex <= FirstIndex)
        {
            return;
        }

        var index = firstIndex - 1;
        Invariant.Holds(index <= AppliedIndex, index, AppliedIndex);
        Invariant.Holds(TryGetTerm(index, out var term));
        Base = new LogId(term, index);
        if (index == LastIndex)
        {
            _runs.Clear();
        }
        else
        {
            _runs.CompactTo(index);
        }
    }

    /// <summary>
    /// A received snapshot takes the place of the whole log (E2). It is durable once write <paramref name="number"/> of
    /// <see cref="SnapshotTaken"/> is.
    /// </summary>
    public void Replace(SnapshotMeta snapshot)
    {
        var last = snapshot.Last;
        Invariant.Holds(last.Index > Commit || !Matches(last), last.Index, Commit);
        Invariant.Holds(last.Index >= Commit, last.Index, Commit);
        // Above the former commit index the disk holds what may conflict, until the snapshot is written: nothing there
        // is durable in this log.
        DurableIndex = Math.Min(DurableIndex, Commit);
        _tail.Clear();
        _runs.Clear();
        _writes.TruncateFrom(0);
        Base = last;
        LastIndex = last.Index;
        LastTerm = last.Term;
        Commit = last.Index;
        NextPersistIndex = last.Index + 1;
        _tailFirst = last.Index + 1;
        TimeTicks = Math.Max(TimeTicks, snapshot.TimeTicks);
    }

    /// <summary>Notes that write <paramref name="number"/> holds the snapshot that replaced the log.</summary>
    public void SnapshotTaken(ulong number) => _writes.Add(number, new IndexRange(Base.Index, Base.Index + 1));

    /// <summary>The snapshot at <paramref name="index"/> was handed to the state machine.</summary>
    public void SnapshotHanded(ulong index)
    {
        Invariant.Holds(index <= Commit, index, Commit);
        HandedIndex = Math.Max(HandedIndex, index);
    }
}
