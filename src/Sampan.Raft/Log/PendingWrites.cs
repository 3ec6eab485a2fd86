using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Log;

/// <summary>
/// Writes that were handed out and not reported back. An index counts as durable only when the last write that contains
/// it is: an overwritten index is taken out of every earlier write here, so a late report cannot bless new content
/// (B12).
/// </summary>
internal sealed class PendingWrites
{
    private readonly Queue<Write> _writes = new();
    private readonly List<Write> _scratch = [];

    /// <summary>Whether nothing is under way.</summary>
    public bool IsEmpty => _writes.Count == 0;

    /// <summary>Notes that write <paramref name="number"/> holds <paramref name="range"/>.</summary>
    public void Add(ulong number, IndexRange range)
    {
        Invariant.Holds(!range.IsEmpty);
        _writes.Enqueue(new Write(number, range));
    }

    /// <summary>Takes <paramref name="firstIndex"/> and all behind it out of every write.</summary>
    public void TruncateFrom(ulong firstIndex)
    {
        if (_writes.Count == 0)
        {
            return;
        }

        _scratch.Clear();
        foreach (var write in _writes)
        {
            var end = Math.Min(write.Range.EndIndex, firstIndex);
            if (end > write.Range.FirstIndex)
            {
                _scratch.Add(write with { Range = new IndexRange(write.Range.FirstIndex, end) });
            }
        }

        _writes.Clear();
        foreach (var write in _scratch)
        {
            _writes.Enqueue(write);
        }
    }

    /// <summary>
    /// All writes up to <paramref name="number"/> are durable: returns the highest index that this makes so, 0 for
    /// none.
    /// </summary>
    public ulong Complete(ulong number)
    {
        var durable = 0UL;
        while (_writes.TryPeek(out var write) && write.Number <= number)
        {
            durable = Math.Max(durable, write.Range.EndIndex - 1);
            _writes.Dequeue();
        }

        return durable;
    }

    private readonly record struct Write(ulong Number, IndexRange Range);
}
