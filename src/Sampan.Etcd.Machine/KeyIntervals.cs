using Sampan.Base;

namespace Sampan.Etcd.Machine;

/// <summary>A set of keys, given as ranges: sorted and apart from each other, so that a look-up is O(log n).</summary>
internal sealed class KeyIntervals
{
    private static readonly Comparer<KeyRange> _byStart =
        Comparer<KeyRange>.Create((x, y) => x.Start.Span.SequenceCompareTo(y.Start.Span));

    // Invariant: none is empty, and no two overlap.
    private readonly SortedSet<KeyRange> _ranges = new(_byStart);

    /// <summary>How many ranges apart from each other.</summary>
    public int Count => _ranges.Count;

    /// <summary>Its ranges in their order.</summary>
    public IEnumerable<KeyRange> Ranges => _ranges;

    /// <summary>Adds a range; those that it meets become one with it.</summary>
    public void Add(KeyRange range)
    {
        if (range.IsEmpty)
        {
            return;
        }

        if (AtOrBefore(range.Start) is { } before && before.IsBeforeEnd(range.Start.Span))
        {
            _ranges.Remove(before);
            range = Joined(before, range);
        }

        while (After(range.Start) is { } after && range.IsBeforeEnd(after.Start.Span))
        {
            _ranges.Remove(after);
            range = Joined(range, after);
        }

        var isNew = _ranges.Add(range);
        Invariant.Holds(isNew);
    }

    /// <summary>Whether a key is in one of them.</summary>
    public bool Contains(ReadOnlyMemory<byte> key) =>
        AtOrBefore(key) is { } range && range.IsBeforeEnd(key.Span);

    private KeyRange? AtOrBefore(ReadOnlyMemory<byte> key)
    {
        var probe = KeyRange.From(key);
        return _ranges.Count > 0 && _byStart.Compare(_ranges.Min, probe) <= 0
            ? _ranges.GetViewBetween(_ranges.Min, probe).Max
            : null;
    }

    // Asked only where none begins at this very key.
    private KeyRange? After(ReadOnlyMemory<byte> key)
    {
        var probe = KeyRange.From(key);
        return _ranges.Count > 0 && _byStart.Compare(_ranges.Max, probe) >= 0
            ? _ranges.GetViewBetween(probe, _ranges.Max).Min
            : null;
    }

    // Of two that overlap, the first of which starts first.
    private static KeyRange Joined(KeyRange first, KeyRange second) =>
        first.IsUnbounded || second.IsUnbounded ? KeyRange.From(first.Start)
        : first.IsBeforeEnd(second.End.Span) ? first
        : KeyRange.Between(first.Start, second.End);
}
