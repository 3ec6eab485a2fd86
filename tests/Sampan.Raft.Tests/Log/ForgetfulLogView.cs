using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;

namespace Sampan.Raft.Tests.Log;

/// <summary>
/// Entries in memory, as an entry cache would keep them: all that was handed out for the disk, until told to forget.
/// What it forgets stays forgotten until it is handed out again.
/// </summary>
internal sealed class ForgetfulLogView : ILogView
{
    private readonly SortedDictionary<ulong, Entry> _entries = [];

    /// <summary>
    /// Takes what was handed out; an entry replaces an older one at its index, and all behind that one.
    /// </summary>
    public void Accept(IReadOnlyList<Entry> entries)
    {
        if (entries.Count == 0)
        {
            return;
        }

        foreach (var index in _entries.Keys.Where(index => index >= entries[0].Index).ToArray())
        {
            _entries.Remove(index);
        }

        foreach (var entry in entries)
        {
            _entries[entry.Index] = entry;
        }
    }

    /// <summary>Forgets one entry.</summary>
    public void Forget(ulong index) => _entries.Remove(index);

    /// <summary>Whether it could answer for an index.</summary>
    public bool Knows(ulong index) => _entries.ContainsKey(index);

    /// <inheritdoc/>
    public int Read(IndexRange range, long bytesMax, List<Entry> into)
    {
        Invariant.Holds(!range.IsEmpty);
        var count = 0;
        var bytes = 0L;
        for (var index = range.FirstIndex; index < range.EndIndex; index++)
        {
            if (!_entries.TryGetValue(index, out var entry) || (count > 0 && bytes + entry.SizeBytes > bytesMax))
            {
                break;
            }

            into.Add(entry);
            bytes += entry.SizeBytes;
            count++;
        }

        return count;
    }
}
