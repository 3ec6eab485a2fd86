using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>
/// One replica's log together with what belongs to it: hard state, configurations and snapshot mark. A
/// <see cref="MemoryLog"/> holds two of them, one for memory and one for the disk.
/// </summary>
/// <remarks>
/// Invariant: entries are contiguous from <see cref="FirstIndex"/> on; the configurations are those of the entries,
/// preceded by the one in force at <see cref="Base"/>.
/// </remarks>
internal sealed class LogImage
{
    private readonly List<Entry> _entries = [];
    private readonly List<ConfigurationEntry> _configurations = [];
    private long _baseTicks;

    /// <summary>An empty log that begins as <paramref name="state"/> says; that state must not hold entries.</summary>
    public LogImage(ReplicaState state)
    {
        Invariant.Holds(state.LastIndex <= state.Base.Index, state.LastIndex, state.Base.Index);
        Invariant.Holds(state.Configurations.Count == 1);
        HardState = state.HardState;
        Base = state.Base;
        Snapshot = state.Snapshot;
        _baseTicks = state.TimeTicks;
        _configurations.AddRange(state.Configurations);
    }

    private LogImage(LogImage other)
    {
        HardState = other.HardState;
        Base = other.Base;
        Snapshot = other.Snapshot;
        _baseTicks = other._baseTicks;
        _entries.AddRange(other._entries);
        _configurations.AddRange(other._configurations);
    }

    /// <summary>Term, vote and commit as last written.</summary>
    public HardState HardState { get; private set; }

    /// <summary>The entry before the first one.</summary>
    public LogId Base { get; private set; }

    /// <summary>The newest snapshot that can be sent.</summary>
    public SnapshotMeta? Snapshot { get; private set; }

    /// <summary>Index of the first entry, whether there is one or not.</summary>
    public ulong FirstIndex => Base.Index + 1;

    /// <summary>Index of the last entry, or of the base.</summary>
    public ulong LastIndex => Base.Index + (ulong)_entries.Count;

    /// <summary>Position of the last entry, or the base.</summary>
    public LogId Last => _entries.Count > 0 ? _entries[^1].Id : Base;

    /// <summary>Time stamp of the last entry, or of the base.</summary>
    public long TimeTicks => _entries.Count > 0 ? _entries[^1].TimeTicks : _baseTicks;

    /// <summary>The entries from <see cref="FirstIndex"/> on.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>The configurations in force at the base and brought by entries, ascending.</summary>
    public IReadOnlyList<ConfigurationEntry> Configurations => _configurations;

    /// <summary>The term at an index, the base included; false where it is not known.</summary>
    public bool TryGetTerm(ulong index, out ulong term)
    {
        term = 0;
        if (index == Base.Index)
        {
            term = Base.Term;
            return true;
        }

        if (index < Base.Index || index > LastIndex)
        {
            return false;
        }

        term = Get(index).Term;
        return true;
    }

    /// <summary>Whether it holds this very entry, or has compacted it away.</summary>
    public bool Covers(LogId id) => id.Index < Base.Index || (TryGetTerm(id.Index, out var term) && term == id.Term);

    /// <summary>The entry at an index that it holds.</summary>
    public Entry Get(ulong index)
    {
        Invariant.Holds(index > Base.Index && index <= LastIndex, index, LastIndex);
        return _entries[(int)(index - FirstIndex)];
    }

    /// <summary>The configuration in force at an index not below the base.</summary>
    public ConfigurationEntry ConfigurationAt(ulong index)
    {
        Invariant.Holds(index >= Base.Index, index, Base.Index);
        return _configurations.Last(configuration => configuration.Index <= index);
    }

    /// <summary>Does what a write says, in the order snapshot, entries, hard state.</summary>
    public void Apply(PersistTask task)
    {
        if (task.Snapshot is { } snapshot)
        {
            Snapshot = snapshot;
            if (!task.KeepsLog)
            {
                Replace(snapshot);
            }
        }

        Append(task.Entries);
        HardState = task.HardState ?? HardState;
        Invariant.Holds(HardState.Term >= Last.Term, HardState.Term, Last.Term);
    }

    /// <summary>Remembers a snapshot that the state machine took.</summary>
    public void Mark(SnapshotMeta snapshot) => Snapshot = snapshot;

    /// <summary>Forgets that there is a snapshot, as if its files were damaged.</summary>
    public void ForgetSnapshot() => Snapshot = null;

    /// <summary>Drops the entries below <paramref name="firstIndex"/>.</summary>
    public void Compact(ulong firstIndex)
    {
        Invariant.Holds(firstIndex > Base.Index && firstIndex <= LastIndex + 1, firstIndex, LastIndex);
        if (firstIndex == FirstIndex)
        {
            return;
        }

        var last = Get(firstIndex - 1);
        var inForce = ConfigurationAt(last.Index);
        _entries.RemoveRange(0, (int)(firstIndex - FirstIndex));
        _configurations.RemoveAll(configuration => configuration.Index < inForce.Index);
        Base = last.Id;
        _baseTicks = last.TimeTicks;
    }

    /// <summary>What a replica starts from that finds this on its disk.</summary>
    public ReplicaState ToState(ulong appliedIndex, ulong needSnapshotIndex)
    {
        var runs = new List<LogId>();
        foreach (var entry in _entries)
        {
            if (runs.Count == 0 || runs[^1].Term != entry.Term)
            {
                runs.Add(entry.Id);
            }
        }

        return new ReplicaState
        {
            HardState = HardState,
            Base = Base,
            TermRuns = runs,
            LastIndex = LastIndex,
            Configurations = [.. _configurations],
            Snapshot = Snapshot,
            AppliedIndex = appliedIndex,
            TimeTicks = TimeTicks,
            NeedSnapshotIndex = needSnapshotIndex,
        };
    }

    /// <summary>A copy that changes by itself.</summary>
    public LogImage Clone() => new(this);

    private void Replace(SnapshotMeta snapshot)
    {
        _entries.Clear();
        _configurations.Clear();
        _configurations.Add(snapshot.Configuration);
        Base = snapshot.Last;
        _baseTicks = snapshot.TimeTicks;
    }

    private void Append(List<Entry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        var first = entries[0].Index;
        Invariant.Holds(first > Base.Index && first <= LastIndex + 1, first, LastIndex);
        _entries.RemoveRange((int)(first - FirstIndex), (int)(LastIndex + 1 - first));
        _configurations.RemoveAll(configuration => configuration.Index >= first);
        foreach (var entry in entries)
        {
            Invariant.Holds(entry.Index == LastIndex + 1, entry.Index, LastIndex);
            Invariant.Holds(entry.Term >= Last.Term, entry.Term, Last.Term);
            _entries.Add(entry);
            if (entry.Kind == EntryKind.Configuration)
            {
                Invariant.Holds(ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration));
                _configurations.Add(new ConfigurationEntry(entry.Index, configuration));
            }
        }
    }
}
