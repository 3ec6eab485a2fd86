using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Engine;

/// <summary>
/// A node of the tree: a leaf holds keys and values, a branch children, the keys that divide them and how many keys
/// each child holds. The first eight bytes of each key lie beside it, so that most comparisons touch no key.
/// </summary>
/// <remarks>
/// Invariant: keys ascend; in a branch <c>Keys[0]</c> means nothing and <c>Keys[i]</c> is above every key of child
/// <c>i - 1</c> and not above any of child <c>i</c>.
/// </remarks>
internal sealed class Node
{
    /// <summary>Keys, or children, of a full node.</summary>
    public const int Capacity = 64;

    /// <summary>A node but the root holds at least as many.</summary>
    public const int CountMin = Capacity / 4;

    private readonly ulong[] _prefixes = new ulong[Capacity];
    private readonly byte[][] _keys = new byte[Capacity][];
    private readonly byte[][]? _values;
    private readonly Node[]? _children;
    private readonly long[]? _counts;

    /// <summary>An empty node that was made in an epoch.</summary>
    public Node(bool isLeaf, long epoch)
    {
        Epoch = epoch;
        if (isLeaf)
        {
            _values = new byte[Capacity][];
        }
        else
        {
            _children = new Node[Capacity];
            _counts = new long[Capacity];
        }
    }

    /// <summary>When it was made; views that were frozen later share it.</summary>
    public long Epoch { get; }

    /// <summary>How many keys (leaf) or children (branch) it has.</summary>
    public int Count { get; private set; }

    /// <summary>Whether it holds values.</summary>
    [MemberNotNullWhen(true, nameof(_values))]
    [MemberNotNullWhen(false, nameof(_children), nameof(_counts))]
    public bool IsLeaf => _values is not null;

    /// <summary>Whether nothing more goes in.</summary>
    public bool IsFull => Count == Capacity;

    /// <summary>How many keys it and all below it hold.</summary>
    public long Total()
    {
        if (IsLeaf)
        {
            return Count;
        }

        var total = 0L;
        for (var i = 0; i < Count; i++)
        {
            total += _counts[i];
        }

        return total;
    }

    /// <summary>The first bytes of a key as a number that sorts as they do.</summary>
    public static ulong PrefixOf(ReadOnlySpan<byte> key)
    {
        if (key.Length >= 8)
        {
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        }

        var prefix = 0UL;
        for (var i = 0; i < key.Length; i++)
        {
            prefix |= (ulong)key[i] << (56 - (8 * i));
        }

        return prefix;
    }

    /// <summary>The position of the first key at or after this one; a branch's first key is not looked at.</summary>
    public int LowerBound(ulong prefix, ReadOnlySpan<byte> key)
    {
        var low = IsLeaf ? 0 : 1;
        var high = Count;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (CompareAt(middle, prefix, key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Which child of a branch a key belongs to.</summary>
    public int ChildFor(ulong prefix, ReadOnlySpan<byte> key)
    {
        var bound = LowerBound(prefix, key);
        return bound < Count && CompareAt(bound, prefix, key) == 0 ? bound : bound - 1;
    }

    /// <summary>Whether the key at a position is this one.</summary>
    public bool IsAt(int position, ulong prefix, ReadOnlySpan<byte> key) =>
        position < Count && CompareAt(position, prefix, key) == 0;

    /// <summary>The key at a position.</summary>
    public byte[] Key(int position) => _keys[position];

    /// <summary>The value at a position of a leaf.</summary>
    public byte[] Value(int position)
    {
        Invariant.Holds(IsLeaf);
        return _values[position];
    }

    /// <summary>The child at a position of a branch.</summary>
    public ref Node Child(int position)
    {
        Invariant.Holds(!IsLeaf);
        return ref _children[position];
    }

    /// <summary>How many keys the child at a position holds.</summary>
    public long CountAt(int position)
    {
        Invariant.Holds(!IsLeaf);
        return _counts[position];
    }

    /// <summary>Another value for the key at a position.</summary>
    public void SetValue(int position, byte[] value)
    {
        Invariant.Holds(IsLeaf);
        _values[position] = value;
    }

    /// <summary>The child at a position has so many keys more, or fewer.</summary>
    public void AddToCount(int position, long difference)
    {
        Invariant.Holds(!IsLeaf);
        _counts[position] += difference;
    }

    /// <summary>The child at a position was changed in a way that its count must be asked.</summary>
    public void Recount(int position)
    {
        Invariant.Holds(!IsLeaf);
        _counts[position] = _children[position].Total();
    }

    /// <summary>A new key and value at a position of a leaf.</summary>
    public void Insert(int position, ulong prefix, byte[] key, byte[] value)
    {
        Invariant.Holds(IsLeaf && !IsFull);
        Array.Copy(_values, position, _values, position + 1, Count - position);
        _values[position] = value;
        InsertKey(position, prefix, key);
    }

    /// <summary>A new child, whose keys begin at one, at a position of a branch.</summary>
    public void Insert(int position, byte[] key, Node child)
    {
        Invariant.Holds(!IsLeaf && !IsFull);
        Array.Copy(_children, position, _children, position + 1, Count - position);
        Array.Copy(_counts, position, _counts, position + 1, Count - position);
        _children[position] = child;
        _counts[position] = child.Total();
        InsertKey(position, PrefixOf(key), key);
    }

    /// <summary>Takes away what is at a position.</summary>
    public void RemoveAt(int position)
    {
        var rest = Count - position - 1;
        Array.Copy(_prefixes, position + 1, _prefixes, position, rest);
        Array.Copy(_keys, position + 1, _keys, position, rest);
        Array.Clear(_keys, Count - 1, 1);
        if (IsLeaf)
        {
            Array.Copy(_values, position + 1, _values, position, rest);
            Array.Clear(_values, Count - 1, 1);
        }
        else
        {
            Array.Copy(_children, position + 1, _children, position, rest);
            Array.Copy(_counts, position + 1, _counts, position, rest);
            Array.Clear(_children, Count - 1, 1);
        }

        Count--;
    }

    /// <summary>Another dividing key at a position of a branch.</summary>
    public void SetKey(int position, byte[] key)
    {
        Invariant.Holds(!IsLeaf);
        _keys[position] = key;
        _prefixes[position] = PrefixOf(key);
    }

    /// <summary>Moves what is at a position and after it behind what another node of the same kind holds.</summary>
    public void MoveTail(int position, Node to)
    {
        Copy(position, Count - position, to, to.Count);
        to.Count += Count - position;
        Truncate(position);
    }

    /// <summary>Moves the first ones behind what another node of the same kind holds.</summary>
    public void MoveHead(int count, Node to)
    {
        Copy(0, count, to, to.Count);
        to.Count += count;
        Copy(count, Count - count, this, 0);
        Truncate(Count - count);
    }

    /// <summary>Takes the last ones of the node before it to its front.</summary>
    public void TakeTailOf(Node left, int count)
    {
        Copy(0, Count, this, count);
        left.Copy(left.Count - count, count, this, 0);
        Count += count;
        left.Truncate(left.Count - count);
    }

    /// <summary>The same contents, made in a later epoch.</summary>
    public Node Copy(long epoch)
    {
        var copy = new Node(IsLeaf, epoch);
        Copy(0, Count, copy, 0);
        copy.Count = Count;
        return copy;
    }

    private int CompareAt(int position, ulong prefix, ReadOnlySpan<byte> key)
    {
        var own = _prefixes[position];
        return own != prefix ? own.CompareTo(prefix) : _keys[position].AsSpan().SequenceCompareTo(key);
    }

    private void InsertKey(int position, ulong prefix, byte[] key)
    {
        Array.Copy(_prefixes, position, _prefixes, position + 1, Count - position);
        Array.Copy(_keys, position, _keys, position + 1, Count - position);
        _prefixes[position] = prefix;
        _keys[position] = key;
        Count++;
    }

    private void Copy(int position, int count, Node to, int toPosition)
    {
        Invariant.Holds(IsLeaf == to.IsLeaf);
        Array.Copy(_prefixes, position, to._prefixes, toPosition, count);
        Array.Copy(_keys, position, to._keys, toPosition, count);
        if (IsLeaf && to.IsLeaf)
        {
            Array.Copy(_values, position, to._values, toPosition, count);
        }
        else if (!IsLeaf && !to.IsLeaf)
        {
            Array.Copy(_children, position, to._children, toPosition, count);
            Array.Copy(_counts, position, to._counts, toPosition, count);
        }
    }

    private void Truncate(int count)
    {
        Array.Clear(_keys, count, Count - count);
        if (IsLeaf)
        {
            Array.Clear(_values, count, Count - count);
        }
        else
        {
            Array.Clear(_children, count, Count - count);
        }

        Count = count;
    }
}
