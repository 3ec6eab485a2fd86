using Sampan.Base;

namespace Sampan.Linearizability.Search;

/// <summary>
/// The configurations that a search has seen: which operations are placed, and the state they led to (Wing and Gong
/// 1993; the cache is Lowe's, 2017). A set of placed operations is stored by what is missing from it: the first return
/// that is still open, and the calls before it that are not placed. There are no more of those than clients, so an
/// entry takes some dozens of bytes however long the history is; a bit array would take one bit for each operation.
/// <para>
/// Unanswered operations are kept apart, as how many of each class of equal ones are placed. A configuration is covered
/// by one with the same answered operations and state that spent fewer unanswered ones: whatever it can still do, the
/// other can do too.
/// </para>
/// <para>
/// Invariant: entries never straddle chunks; the table is at most half full. An entry is the lower half of the hash
/// (the upper one is in the table), the state, the open return, the lengths of both lists, and the lists.
/// </para>
/// </summary>
internal sealed class ConfigurationCache
{
    /// <summary>
    /// The most that a cache may be allowed. An entry's address has 32 bits, enough for 16 GiB of entries, and the
    /// table's length is an int: half as much keeps clear of both.
    /// </summary>
    public const long SizeBytesMax = 8L << 30;

    private const int ChunkBits = 14;
    private const int ChunkLength = 1 << ChunkBits;
    private const int HeaderLength = 5;
    private const int SlotsAtStart = 1024;

    private readonly List<int[]> _chunks = [new int[ChunkLength]];
    private ulong[] _slots = new ulong[SlotsAtStart];
    private int _count;
    private int _chunk;
    private int _used;

    /// <summary>Bytes that the table and the entries take; the first chunk is always there.</summary>
    public long SizeBytes => ((long)_slots.Length * sizeof(ulong)) + ((_chunk + 1L) * ChunkLength * sizeof(int));

    /// <summary>
    /// Forgets everything. A small table and one chunk are kept, since most partitions need no more.
    /// </summary>
    public void Clear()
    {
        _chunks.RemoveRange(1, _chunks.Count - 1);
        if (_slots.Length > SlotsAtStart)
        {
            _slots = new ulong[SlotsAtStart];
        }
        else
        {
            Array.Clear(_slots);
        }

        _count = 0;
        _chunk = 0;
        _used = 0;
    }

    /// <summary>Whether the configuration is covered; if not, it is remembered within the bound.</summary>
    public CacheAnswer Visit(in Configuration configuration, long sizeBytesMax)
    {
        var mask = (ulong)_slots.Length - 1;
        var slot = configuration.Hash & mask;
        while (_slots[slot] != 0)
        {
            // The upper half of the hash tells most strangers apart without a look at their entries.
            if (_slots[slot] >> 32 == configuration.Hash >> 32 && Covers(Entry(_slots[slot]), configuration))
            {
                return CacheAnswer.Covered;
            }

            slot = (slot + 1) & mask;
        }

        var length = HeaderLength + configuration.Missing.Length + configuration.Unanswered.Length;
        var isFull = length > ChunkLength
            || (_used + length > ChunkLength && SizeBytes + (ChunkLength * sizeof(int)) > sizeBytesMax)
            || ((_count + 1) * 2L > _slots.Length && SizeBytes + (_slots.Length * 2L * sizeof(ulong)) > sizeBytesMax);
        if (isFull)
        {
            return CacheAnswer.Full;
        }

        _slots[slot] = (configuration.Hash & ~0xFFFFFFFFUL) | (Store(configuration, length) + 1u);
        _count++;
        if (_count * 2L > _slots.Length)
        {
            Grow();
        }

        return CacheAnswer.New;
    }

    private static bool Covers(ReadOnlySpan<int> entry, in Configuration configuration)
    {
        var isSame = entry[1] == configuration.State && entry[2] == configuration.OpenReturn
            && entry[3] == configuration.Missing.Length
            && entry.Slice(HeaderLength, entry[3]).SequenceEqual(configuration.Missing);
        return isSame && SpentNoMore(entry.Slice(HeaderLength + entry[3], entry[4]), configuration.Unanswered);
    }

    // Both lists are pairs of class and number, ascending by class, without zeroes.
    private static bool SpentNoMore(ReadOnlySpan<int> before, ReadOnlySpan<int> now)
    {
        var j = 0;
        for (var i = 0; i < before.Length; i += 2)
        {
            while (j < now.Length && now[j] < before[i])
            {
                j += 2;
            }

            if (j >= now.Length || now[j] != before[i] || now[j + 1] < before[i + 1])
            {
                return false;
            }
        }

        return true;
    }

    private ReadOnlySpan<int> Entry(ulong slot)
    {
        var place = (uint)slot - 1;
        var span = _chunks[(int)(place >> ChunkBits)].AsSpan((int)(place & (ChunkLength - 1)));
        return span[..(HeaderLength + span[3] + span[4])];
    }

    private uint Store(in Configuration configuration, int length)
    {
        if (_used + length > ChunkLength)
        {
            _chunks.Add(new int[ChunkLength]);
            _chunk++;
            _used = 0;
        }

        Invariant.Holds(_used + length <= ChunkLength);
        Invariant.Holds(_chunk <= uint.MaxValue >> ChunkBits);
        var entry = _chunks[_chunk].AsSpan(_used, length);
        entry[0] = (int)(uint)configuration.Hash;
        entry[1] = configuration.State;
        entry[2] = configuration.OpenReturn;
        entry[3] = configuration.Missing.Length;
        entry[4] = configuration.Unanswered.Length;
        configuration.Missing.CopyTo(entry[HeaderLength..]);
        configuration.Unanswered.CopyTo(entry[(HeaderLength + configuration.Missing.Length)..]);
        var place = ((uint)_chunk << ChunkBits) | (uint)_used;
        _used += length;
        return place;
    }

    private void Grow()
    {
        var old = _slots;
        _slots = new ulong[old.Length * 2];
        var mask = (ulong)_slots.Length - 1;
        foreach (var content in old)
        {
            if (content != 0)
            {
                var slot = (uint)Entry(content)[0] & mask;
                while (_slots[slot] != 0)
                {
                    slot = (slot + 1) & mask;
                }

                _slots[slot] = content;
            }
        }

        Invariant.Holds(_count * 2L <= _slots.Length);
    }
}
