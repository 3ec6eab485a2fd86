using Sampan.Base;

namespace Sampan.Storage.Log;

/// <summary>
/// Locations of the entries [<see cref="FirstIndex"/>, <see cref="EndIndex"/>), in chunks. Slots below the end never
/// change; only the end moves, and only up. See <see cref="EntryIndex"/> for why that is enough.
/// </summary>
internal sealed class IndexView
{
    /// <summary>Entries of a chunk: copied as a whole where a suffix is cut, so not too many.</summary>
    public const int ChunkEntries = 128;

    // Invariant: slot of index i is chunk (i - _origin) / ChunkEntries; _origin <= FirstIndex.
    private readonly EntryLocation[]?[] _chunks;
    private readonly ulong _origin;
    private ulong _endIndex;

    /// <summary>An empty view with room for <paramref name="entries"/> entries from the first index on.</summary>
    public IndexView(int entries, ulong firstIndex, ulong endIndex)
        : this(new EntryLocation[]?[(entries + ChunkEntries - 1) / ChunkEntries], firstIndex, firstIndex, endIndex)
    {
    }

    private IndexView(EntryLocation[]?[] chunks, ulong origin, ulong firstIndex, ulong endIndex)
    {
        Invariant.Holds(origin <= firstIndex, origin, firstIndex);
        Invariant.Holds(firstIndex <= endIndex, firstIndex, endIndex);
        _chunks = chunks;
        _origin = origin;
        FirstIndex = firstIndex;
        _endIndex = endIndex;
    }

    /// <summary>The first entry's index.</summary>
    public ulong FirstIndex { get; }

    /// <summary>The index behind the last entry; any thread.</summary>
    public ulong EndIndex => Volatile.Read(ref _endIndex);

    /// <summary>Whether another entry can be appended in place; the writer only.</summary>
    public bool HasRoom => _endIndex - _origin < (ulong)_chunks.Length * ChunkEntries;

    /// <summary>Where an entry lies; any thread, for indexes in [first, end).</summary>
    public EntryLocation this[ulong index]
    {
        get
        {
            Invariant.Holds(index >= FirstIndex && index < EndIndex, index, FirstIndex);
            // Not null: every chunk that holds an index below the end was filled before the end moved.
            return _chunks[ChunkOf(index)]![SlotOf(index)];
        }
    }

    /// <summary>Adds an entry in place; the writer only.</summary>
    public void Append(EntryLocation location)
    {
        Invariant.Holds(HasRoom);
        var index = _endIndex;
        var chunk = _chunks[ChunkOf(index)] ??= new EntryLocation[ChunkEntries];
        chunk[SlotOf(index)] = location;
        Volatile.Write(ref _endIndex, index + 1);
    }

    /// <summary>The same entries with room for twice as many; what lies before the first is let go.</summary>
    public IndexView Grown()
    {
        var (chunks, origin) = Copied(FirstIndex, doubled: true);
        return new IndexView(chunks, origin, FirstIndex, _endIndex);
    }

    /// <summary>The entries before <paramref name="index"/>.</summary>
    public IndexView Truncated(ulong index)
    {
        var (chunks, origin) = Copied(FirstIndex, doubled: false);
        var view = new IndexView(chunks, origin, FirstIndex, index);
        var cut = view.ChunkOf(index);
        if (cut < chunks.Length)
        {
            // Slots from here on are filled anew, and readers of older views still read them: a copy for this view.
            chunks[cut] = (EntryLocation[]?)chunks[cut]?.Clone();
            Array.Clear(chunks, cut + 1, chunks.Length - cut - 1);
        }

        return view;
    }

    /// <summary>The entries from <paramref name="firstIndex"/> on.</summary>
    public IndexView Compacted(ulong firstIndex)
    {
        var (chunks, origin) = Copied(firstIndex, doubled: false);
        return new IndexView(chunks, origin, firstIndex, _endIndex);
    }

    /// <summary>
    /// The same entries, some of them at other places: ascending by index. Costs the list of chunks, and each chunk
    /// that holds one of them, once.
    /// </summary>
    public IndexView Relocated(ReadOnlySpan<MovedEntry> moved)
    {
        var (chunks, origin) = Copied(FirstIndex, doubled: false);
        var view = new IndexView(chunks, origin, FirstIndex, _endIndex);
        var copied = -1;
        var before = 0UL;
        foreach (var (index, to) in moved)
        {
            Invariant.Holds(index >= FirstIndex && index < _endIndex, index, FirstIndex);
            Invariant.Holds(index > before, index, before);
            before = index;
            var chunk = view.ChunkOf(index);
            if (chunk != copied)
            {
                // Not null: the entry exists.
                chunks[chunk] = (EntryLocation[])chunks[chunk]!.Clone();
                copied = chunk;
            }

            chunks[chunk]![view.SlotOf(index)] = to; // Not null: assigned above.
        }

        return view;
    }

    private (EntryLocation[]?[] Chunks, ulong Origin) Copied(ulong firstIndex, bool doubled)
    {
        var dropped = Math.Min((int)((firstIndex - _origin) / ChunkEntries), _chunks.Length);
        var kept = _chunks.Length - dropped;
        var chunks = new EntryLocation[]?[Math.Max(doubled ? kept * 2 : kept, 1)];
        Array.Copy(_chunks, dropped, chunks, 0, kept);
        return (chunks, _origin + ((ulong)dropped * ChunkEntries));
    }

    private int ChunkOf(ulong index) => (int)((index - _origin) / ChunkEntries);

    private int SlotOf(ulong index) => (int)((index - _origin) % ChunkEntries);
}
