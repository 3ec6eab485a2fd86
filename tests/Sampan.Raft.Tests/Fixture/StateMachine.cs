using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>A state machine that remembers all it was given: its state is the list of applied entries.</summary>
internal sealed class StateMachine
{
    private readonly List<Entry> _entries;
    private readonly LogId _base;
    private readonly long _baseTicks;

    /// <summary>A state machine whose history before and at <paramref name="start"/> is not known.</summary>
    public StateMachine(LogId start, long startTicks)
        : this(start, startTicks, [])
    {
    }

    private StateMachine(LogId start, long startTicks, List<Entry> entries)
    {
        _base = start;
        _baseTicks = startTicks;
        _entries = entries;
    }

    /// <summary>The entry applied last.</summary>
    public LogId Last => _entries.Count > 0 ? _entries[^1].Id : _base;

    /// <summary>The time stamp of the entry applied last.</summary>
    public long TimeTicks => _entries.Count > 0 ? _entries[^1].TimeTicks : _baseTicks;

    /// <summary>All applied entries in order, configurations and empty ones included.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>Applies the next entry.</summary>
    public void Apply(Entry entry)
    {
        Invariant.Holds(entry.Index == Last.Index + 1, entry.Index, Last.Index);
        _entries.Add(entry);
    }

    /// <summary>The state as it was when <paramref name="index"/> was the last applied entry.</summary>
    public StateMachine At(ulong index)
    {
        Invariant.Holds(index >= _base.Index && index <= Last.Index, index, Last.Index);
        return new StateMachine(_base, _baseTicks, _entries.GetRange(0, (int)(index - _base.Index)));
    }
}
