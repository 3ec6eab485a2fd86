using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Log;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// The newest entries of one group in memory, contiguous, bounded in bytes over all groups of a worker. Entries that
/// are not reported durable are always kept: the core relies on it. Group worker only.
/// </summary>
internal sealed class EntryCache : ILogView
{
    private Entry?[] _ring = new Entry?[16];
    private int _start;
    private int _count;
    private ulong _firstIndex = 1;

    /// <summary>Bytes held.</summary>
    public long Bytes { get; private set; }

    /// <summary>Index of the first entry held, if any.</summary>
    public ulong FirstIndex => _firstIndex;

    /// <summary>How many entries are held.</summary>
    public int Count => _count;

    /// <summary>Adds entries that were handed to the log; what they overwrite goes first.</summary>
    public void Append(List<Entry> entries)
    {
        foreach (var entry in entries)
        {
            var end = _firstIndex + (ulong)_count;
            if (_count == 0 || entry.Index > end)
            {
                // A gap: the log was replaced by a snapshot, or the cache was emptied.
                Clear();
                _firstIndex = entry.Index;
            }
            else if (entry.Index < end)
            {
                TruncateFrom(entry.Index);
            }

            Push(entry);
        }
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Array.Clear(_ring);
        _start = 0;
        _count = 0;
        Bytes = 0;
    }

    /// <summary>
    /// Forgets the oldest entries at or below <paramref name="lastIndex"/> until <paramref name="bytes"/> are free.
    /// </summary>
    public long Evict(long bytes, ulong lastIndex)
    {
        var freed = 0L;
        while (_count > 0 && freed < bytes && _firstIndex <= lastIndex)
        {
            var entry = _ring[_start];
            Invariant.Holds(entry is not null);
            freed += entry.SizeBytes;
            _ring[_start] = null;
            _start = (_start + 1) % _ring.Length;
            _count--;
            _firstIndex++;
        }

        Bytes -= freed;
        return freed;
    }

    /// <inheritdoc/>
    public int Read(IndexRange range, long bytesMax, List<Entry> into)
    {
        if (range.FirstIndex < _firstIndex || range.FirstIndex >= _firstIndex + (ulong)_count)
        {
            return 0;
        }

        var taken = 0;
        var bytes = 0L;
        var end = Math.Min(range.EndIndex, _firstIndex + (ulong)_count);
        for (var index = range.FirstIndex; index < end; index++)
        {
            var entry = _ring[(_start + (int)(index - _firstIndex)) % _ring.Length];
            Invariant.Holds(entry is not null && entry.Index == index);
            if (taken > 0 && bytes + entry.SizeBytes > bytesMax)
            {
                break;
            }

            into.Add(entry);
            bytes += entry.SizeBytes;
            taken++;
        }

        return taken;
    }

    private void TruncateFrom(ulong index)
    {
        while (_count > 0 && _firstIndex + (ulong)_count > index)
        {
            var last = (_start + _count - 1) % _ring.Length;
            Bytes -= _ring[last]?.SizeBytes ?? 0;
            _ring[last] = null;
            _count--;
        }

        if (_count == 0)
        {
            _firstIndex = index;
        }
    }

    private void Push(Entry entry)
    {
        if (_count == _ring.Length)
        {
            var larger = new Entry?[_ring.Length * 2];
            for (var i = 0; i < _count; i++)
            {
                larger[i] = _ring[(_start + i) % _ring.Length];
            }

            _ring = larger;
            _start = 0;
        }

        _ring[(_start + _count) % _ring.Length] = entry;
        _count++;
        Bytes += entry.SizeBytes;
    }
}
