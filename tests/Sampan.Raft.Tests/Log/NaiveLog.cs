using Sampan.Model;

namespace Sampan.Raft.Tests.Log;

/// <summary>
/// The naive twin of the log: every index with its entry and the last write that holds this very entry. Nothing is
/// clever, so that what it says is easy to believe.
/// </summary>
internal sealed class NaiveLog
{
    private readonly SortedDictionary<ulong, (Entry Entry, ulong Write)> _entries = [];
    private ulong _reported;
    private ulong _baseWrite;

    /// <summary>The entry before the first one.</summary>
    public LogId Base { get; private set; }

    /// <summary>The commit index.</summary>
    public ulong Commit { get; set; }

    /// <summary>The last entry handed to the state machine.</summary>
    public ulong Handed { get; set; }

    /// <summary>The last entry, or the base.</summary>
    public LogId Last => _entries.Count > 0 ? _entries.Last().Value.Entry.Id : Base;

    /// <summary>Whether the base, where it is a received snapshot, waits to be written.</summary>
    public bool BaseIsUnwritten => _baseWrite == ulong.MaxValue;

    /// <summary>How far everything is durable that the log holds now; nothing if a received snapshot is not.</summary>
    public ulong Durable
    {
        get
        {
            if (_baseWrite > _reported)
            {
                return 0;
            }

            var durable = Base.Index;
            foreach (var (index, held) in _entries)
            {
                if (held.Write == 0 || held.Write > _reported)
                {
                    break;
                }

                durable = index;
            }

            return durable;
        }
    }

    /// <summary>The first index that no write holds.</summary>
    public ulong NextPersist =>
        _entries.Values.Where(held => held.Write == 0).Select(held => held.Entry.Index).FirstOrDefault(Last.Index + 1);

    /// <summary>The entry at an index.</summary>
    public Entry this[ulong index] => _entries[index].Entry;

    /// <summary>The term at an index, as far as it is known.</summary>
    public ulong? TermAt(ulong index)
    {
        if (index == Base.Index)
        {
            return Base.Term;
        }

        return _entries.TryGetValue(index, out var held) ? held.Entry.Term : null;
    }

    /// <summary>Appends an entry.</summary>
    public void Append(Entry entry) => _entries.Add(entry.Index, (entry, 0));

    /// <summary>Drops a suffix.</summary>
    public void TruncateFrom(ulong firstIndex)
    {
        foreach (var index in _entries.Keys.Where(index => index >= firstIndex).ToArray())
        {
            _entries.Remove(index);
        }
    }

    /// <summary>Drops a prefix.</summary>
    public void Compact(ulong firstIndex)
    {
        Base = new LogId(TermAt(firstIndex - 1) ?? 0, firstIndex - 1);
        foreach (var index in _entries.Keys.Where(index => index < firstIndex).ToArray())
        {
            _entries.Remove(index);
        }
    }

    /// <summary>A snapshot takes the place of everything.</summary>
    public void Replace(LogId last)
    {
        _entries.Clear();
        Base = last;
        Commit = last.Index;
        _baseWrite = ulong.MaxValue;
    }

    /// <summary>The received snapshot is in this write.</summary>
    public void SnapshotTaken(ulong number) => _baseWrite = number;

    /// <summary>These entries are in this write.</summary>
    public void Taken(ulong number, IEnumerable<Entry> entries)
    {
        foreach (var entry in entries)
        {
            _entries[entry.Index] = (entry, number);
        }
    }

    /// <summary>All writes up to this one are durable.</summary>
    public void Persisted(ulong number) => _reported = Math.Max(_reported, number);
}
