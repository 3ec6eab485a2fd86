using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Simulation.Checks;

/// <summary>
/// What must hold in one group over its whole history, all stores and all their lives together. It hears of every write
/// to a log, every applied command and every change of role, and speaks up at the first contradiction.
/// </summary>
internal sealed class GroupChecker
{
    private readonly GroupId _group;
    private readonly Dictionary<ulong, ReplicaId> _leaders = [];
    private readonly Dictionary<LogId, LoggedEntry> _logged = [];
    private readonly Dictionary<(StoreId Store, ulong Index), ulong> _terms = [];
    private readonly Dictionary<ulong, AppliedWrite> _applied = [];
    private readonly Dictionary<ulong, ulong> _indexOfValue = [];
    private readonly HashSet<ulong> _refused = [];

    /// <summary>The checker of a group without history.</summary>
    public GroupChecker(GroupId group) => _group = group;

    /// <summary>How many commands were applied somewhere.</summary>
    public int AppliedCount => _applied.Count;

    /// <summary>Invariant 1: at most one leader a term, ever.</summary>
    public void OnRaftEvent(StoreId store, RaftEvent happened)
    {
        if (happened.Kind != RaftEventKind.RoleChanged || happened.Leader == ReplicaId.None)
        {
            return;
        }

        if (!_leaders.TryAdd(happened.Term, happened.Leader) && _leaders[happened.Term] != happened.Leader)
        {
            Fail($"store {store} follows {happened.Leader} in term {happened.Term}, "
                + $"others {_leaders[happened.Term]}: two leaders in one term");
        }
    }

    /// <summary>Invariant 3: the same index and term means the same entry, and the same entry before it.</summary>
    public void OnPersist(StoreId store, PersistTask task)
    {
        OnEntries(store, task.Entries);
        if (task.Snapshot is not null)
        {
            _terms[(store, task.Snapshot.Last.Index)] = task.Snapshot.Last.Term;
        }
    }

    /// <summary>A store starts: what it reads back must be what it, or another store, wrote there.</summary>
    public void OnRecovered(StoreId store, LogId before, IReadOnlyList<Entry> entries)
    {
        _terms[(store, before.Index)] = before.Term;
        OnEntries(store, entries);
    }

    /// <summary>
    /// Invariant 2, as state machines see it: the same index means the same command and the same history.
    /// </summary>
    public void OnApplied(StoreId store, LogId position, AppliedWrite write)
    {
        if (!_applied.TryAdd(position.Index, write) && _applied[position.Index] != write)
        {
            Fail($"store {store} applied {write} at {position}, another store {_applied[position.Index]}");
        }

        _indexOfValue[write.Value] = position.Index;
        if (_refused.Contains(write.Value))
        {
            Fail($"value {write.Value} was reported as not applied, and store {store} applied it at {position}");
        }
    }

    /// <summary>An acknowledgement: the write is in the group's history at that place.</summary>
    public void OnAcknowledged(LogId position, ulong value)
    {
        if (!_applied.TryGetValue(position.Index, out var write) || write.Value != value || write.Term != position.Term)
        {
            Fail($"value {value} was acknowledged at {position}, where nobody applied it");
        }
    }

    /// <summary>A refusal that promises that the write has had no effect and never will.</summary>
    public void OnRefused(ulong value)
    {
        _refused.Add(value);
        if (_indexOfValue.TryGetValue(value, out var index))
        {
            Fail($"value {value} was reported as not applied, but stands at index {index}");
        }
    }

    /// <summary>A value that was read: whether it was ever written there.</summary>
    public bool IsApplied(ulong index, ulong key, ulong value) =>
        _applied.TryGetValue(index, out var write) && write.Key == key && write.Value == value;

    private void OnEntries(StoreId store, IReadOnlyList<Entry> entries)
    {
        foreach (var entry in entries)
        {
            _terms.TryGetValue((store, entry.Index - 1), out var before);
            _terms[(store, entry.Index)] = entry.Term;
            var logged = new LoggedEntry(entry.Kind, HashOf(entry.Payload.Span), before);
            if (_logged.TryAdd(entry.Id, logged))
            {
                continue;
            }

            // The term before a log's first entry is not known where a snapshot stands in its place.
            var known = _logged[entry.Id];
            if (known.Kind != logged.Kind || known.Hash != logged.Hash
                || (known.TermBefore != before && known.TermBefore != 0 && before != 0))
            {
                Fail($"store {store} wrote {entry}, which differs from another store's entry of that place "
                    + $"(behind an entry of term {before}, there {known.TermBefore})");
            }
        }
    }

    private static ulong HashOf(ReadOnlySpan<byte> bytes)
    {
        var hash = 0xCBF29CE484222325UL;
        foreach (var value in bytes)
        {
            hash = (hash ^ value) * 0x100000001B3UL;
        }

        return hash;
    }

    private void Fail(string what) => throw new SimulationFailedException($"group {_group}: {what}");

    private readonly record struct LoggedEntry(EntryKind Kind, ulong Hash, ulong TermBefore);
}
