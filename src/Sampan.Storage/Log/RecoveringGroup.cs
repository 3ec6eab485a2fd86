using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// A group's entries while the log is read. Those above what the first state block knew are met one after the other;
/// those below it may lie in segments that are gone, and then come back as forwarded entries, or are compacted before
/// the end. What is missing is known only then.
/// </summary>
internal sealed class RecoveringGroup
{
    private readonly List<EntryLocation> _known = [];
    private readonly SortedList<ulong, (EntryLocation Location, ulong Term)> _forwarded = [];
    private readonly SortedList<ulong, Configuration> _configurations = [];
    private readonly List<LogId> _runs = [];
    private ulong _knownFrom;

    /// <summary>A group whose log, as far as it is known, ends at its state's last index.</summary>
    public RecoveringGroup(GroupState state)
    {
        State = state;
        _knownFrom = state.Last.Index + 1;
    }

    /// <summary>Everything but the entries.</summary>
    public GroupState State { get; }

    /// <summary>An entry; the log ends with it.</summary>
    public void Append(LogId entry, EntryLocation location, Configuration? configuration)
    {
        TruncateFrom(entry.Index);
        Invariant.Holds(entry.Index == _knownFrom + (ulong)_known.Count, entry.Index, _knownFrom);
        _known.Add(location);
        if (_runs.Count == 0 || _runs[^1].Term != entry.Term)
        {
            _runs.Add(entry);
        }

        if (configuration is not null)
        {
            _configurations.Add(entry.Index, configuration);
        }
    }

    /// <summary>An entry that was written again; it changes nothing but the place.</summary>
    public void Forward(LogId entry, EntryLocation location, Configuration? configuration)
    {
        if (entry.Index >= _knownFrom)
        {
            _known[(int)(entry.Index - _knownFrom)] = location;
        }
        else
        {
            _forwarded[entry.Index] = (location, entry.Term);
        }

        if (configuration is not null)
        {
            _configurations[entry.Index] = configuration;
        }
    }

    /// <summary>The log is empty from here on.</summary>
    public void Reset()
    {
        TruncateFrom(0);
        _knownFrom = State.Last.Index + 1;
    }

    /// <summary>The first index of the log that was met nowhere; 0 if none is missing.</summary>
    public ulong FindMissing()
    {
        var last = State.Last.Index;
        var index = State.Base.Index + 1;
        while (index < _knownFrom && index <= last)
        {
            if (!_forwarded.ContainsKey(index))
            {
                return index;
            }

            index++;
        }

        return last + 1 == _knownFrom + (ulong)_known.Count ? 0 : last;
    }

    /// <summary>Fills the group's index and says what was found; nothing may be missing.</summary>
    public RecoveredGroup Build(Action<EntryLocation> live)
    {
        var (first, last) = (State.Base.Index + 1, State.Last.Index);
        State.Index.Reset(first);
        var runs = new List<LogId>();
        for (var index = first; index <= last; index++)
        {
            var location = Find(index);
            State.Index.Append(location);
            live(location);
            var term = TermAt(index);
            if (runs.Count == 0 || runs[^1].Term != term)
            {
                runs.Add(new LogId(term, index));
            }
        }

        return new RecoveredGroup
        {
            Group = State.Id,
            Replica = State.Replica,
            Tombstone = State.Tombstone,
            HardState = State.HardState,
            Base = State.Base,
            TermRuns = runs,
            LastIndex = last,
            TimeTicks = State.TimeTicks,
            Bootstrap = State.Bootstrap,
            IsAdmitted = State.IsAdmitted,
            Configurations =
            [
                .. _configurations.Where(pair => pair.Key >= first)
                    .Select(pair => new ConfigurationEntry(pair.Key, pair.Value)),
            ],
            Snapshots = [.. State.Marks.OrderBy(mark => mark.Last.Index)],
        };
    }

    private void TruncateFrom(ulong index)
    {
        if (index < _knownFrom)
        {
            _known.Clear();
            _runs.Clear();
            _knownFrom = index;
            Drop(_forwarded, index);
        }
        else
        {
            var kept = (int)(index - _knownFrom);
            _known.RemoveRange(kept, _known.Count - kept);
            while (_runs.Count > 0 && _runs[^1].Index >= index)
            {
                _runs.RemoveAt(_runs.Count - 1);
            }
        }

        Drop(_configurations, index);
    }

    private static void Drop<T>(SortedList<ulong, T> list, ulong index)
    {
        while (list.Count > 0 && list.GetKeyAtIndex(list.Count - 1) >= index)
        {
            list.RemoveAt(list.Count - 1);
        }
    }

    private EntryLocation Find(ulong index) =>
        index < _knownFrom ? _forwarded[index].Location : _known[(int)(index - _knownFrom)];

    private ulong TermAt(ulong index)
    {
        if (index < _knownFrom)
        {
            return _forwarded[index].Term;
        }

        var (low, high) = (0, _runs.Count - 1);
        while (low < high)
        {
            var middle = (low + high + 1) / 2;
            if (_runs[middle].Index <= index)
            {
                low = middle;
            }
            else
            {
                high = middle - 1;
            }
        }

        return _runs[low].Term;
    }
}
