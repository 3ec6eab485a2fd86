using Sampan.Base;

namespace Sampan.Storage.Log;

/// <summary>
/// Where the live entries of one group lie. One thread changes it, any thread reads it through <see cref="View"/>.
/// </summary>
/// <remarks>
/// Why readers need no lock. (1) A slot at or above a view's end is never read; an append fills the slot and then moves
/// the end (release), so a reader that sees the new end (acquire) sees the slot. (2) A slot below the end is never
/// written again in that view's arrays: truncation, relocation and compaction build another view over copied arrays and
/// publish it as a whole. (3) So an older view stays what it was; what it points to may be recycled only when no reader
/// holds the segment (see <see cref="Segment"/>).
/// </remarks>
internal sealed class EntryIndex
{
    private IndexView _view = new(IndexView.ChunkEntries, firstIndex: 1, endIndex: 1);

    /// <summary>The entries as they are now; any thread.</summary>
    public IndexView View => Volatile.Read(ref _view);

    /// <summary>Adds the entry at the end.</summary>
    public void Append(EntryLocation location)
    {
        if (!_view.HasRoom)
        {
            Volatile.Write(ref _view, _view.Grown());
        }

        _view.Append(location);
    }

    /// <summary>Begins anew: empty, the next entry is <paramref name="firstIndex"/>.</summary>
    public void Reset(ulong firstIndex) =>
        Volatile.Write(ref _view, new IndexView(IndexView.ChunkEntries, firstIndex, firstIndex));

    /// <summary>Drops the entries from <paramref name="index"/> on.</summary>
    public void TruncateFrom(ulong index)
    {
        Invariant.Holds(index >= _view.FirstIndex && index <= _view.EndIndex, index, _view.EndIndex);
        if (index < _view.EndIndex)
        {
            Volatile.Write(ref _view, _view.Truncated(index));
        }
    }

    /// <summary>Drops the entries before <paramref name="firstIndex"/>.</summary>
    public void CompactTo(ulong firstIndex)
    {
        Invariant.Holds(firstIndex >= _view.FirstIndex && firstIndex <= _view.EndIndex, firstIndex, _view.EndIndex);
        if (firstIndex > _view.FirstIndex)
        {
            Volatile.Write(ref _view, _view.Compacted(firstIndex));
        }
    }

    /// <summary>These entries, ascending by index, lie elsewhere from now on.</summary>
    public void Relocate(ReadOnlySpan<MovedEntry> moved)
    {
        if (!moved.IsEmpty)
        {
            Volatile.Write(ref _view, _view.Relocated(moved));
        }
    }
}
