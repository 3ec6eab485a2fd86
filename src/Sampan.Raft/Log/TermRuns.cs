using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Log;

/// <summary>
/// The term of every index of a log in a few numbers: where each term begins. A log holds as many runs as it saw
/// leaders, so the term of any retained index is known exactly and without touching a disk.
/// </summary>
internal sealed class TermRuns
{
    // Invariant: terms and first indexes both rise strictly along the list.
    private readonly List<LogId> _runs = [];

    /// <summary>Whether the log is empty.</summary>
    public bool IsEmpty => _runs.Count == 0;

    /// <summary>Notes that the entry at <paramref name="id"/> was appended at the end.</summary>
    public void Append(LogId id)
    {
        if (_runs.Count > 0)
        {
            var last = _runs[^1];
            Invariant.Holds(id.Term >= last.Term, id.Term, last.Term);
            Invariant.Holds(id.Index > last.Index, id.Index, last.Index);
            if (id.Term == last.Term)
            {
                return;
            }
        }

        _runs.Add(id);
    }

    /// <summary>Forgets <paramref name="firstIndex"/> and all behind it.</summary>
    public void TruncateFrom(ulong firstIndex)
    {
        while (_runs.Count > 0 && _runs[^1].Index >= firstIndex)
        {
            _runs.RemoveAt(_runs.Count - 1);
        }
    }

    /// <summary>Forgets everything up to and including <paramref name="index"/>.</summary>
    public void CompactTo(ulong index)
    {
        var count = 0;
        while (count < _runs.Count && _runs[count].Index <= index)
        {
            count++;
        }

        if (count == 0)
        {
            return;
        }

        // The last run that begins at or below the index goes on behind it.
        _runs[count - 1] = new LogId(_runs[count - 1].Term, index + 1);
        _runs.RemoveRange(0, count - 1);
        if (_runs.Count > 1 && _runs[1].Index == index + 1)
        {
            _runs.RemoveAt(0);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear() => _runs.Clear();

    /// <summary>
    /// The run that holds <paramref name="index"/>, which must be inside the log: its term and first index.
    /// </summary>
    public LogId RunOf(ulong index)
    {
        var low = 0;
        var high = _runs.Count - 1;
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

        Invariant.Holds(_runs.Count > 0 && _runs[low].Index <= index);
        return _runs[low];
    }

    /// <summary>The first index whose term is above <paramref name="term"/>, or 0 if there is none.</summary>
    public ulong FirstIndexAbove(ulong term)
    {
        foreach (var run in _runs)
        {
            if (run.Term > term)
            {
                return run.Index;
            }
        }

        return 0;
    }

    /// <summary>Whether the log holds an entry of <paramref name="term"/>.</summary>
    public bool Holds(ulong term)
    {
        foreach (var run in _runs)
        {
            if (run.Term == term)
            {
                return true;
            }
        }

        return false;
    }
}
