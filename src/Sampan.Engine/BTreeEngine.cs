using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Engine;

/// <summary>
/// The in-memory engine: a B+tree that counts, changed in place by its single writer. A view is a root; while views
/// are read, nodes that are older than the newest view are copied before they are changed (at most once a view).
/// Keys that come in order fill nodes to three quarters. Get and put are O(log n), a get allocates nothing.
/// </summary>
public sealed class BTreeEngine : IKvEngine, IBTreeSource
{
    private readonly LiveViews _live = new();
    private Node _root;
    private long _epoch;

    /// <summary>An empty map.</summary>
    public BTreeEngine() => _root = new Node(isLeaf: true, _epoch);

    /// <inheritdoc/>
    public long Count { get; private set; }

    /// <inheritdoc/>
    Node IBTreeSource.Root => _root;

    /// <inheritdoc/>
    public long Version { get; private set; }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out byte[]? value) =>
        BTree.TryGet(_root, key, out value);

    /// <inheritdoc/>
    public long CountOf(in KeyRange range) => BTree.CountOf(_root, Count, range);

    /// <inheritdoc/>
    public KvCursor OpenCursor() => new BTreeCursor(this);

    /// <inheritdoc/>
    public void Put(byte[] key, byte[] value)
    {
        Version++;
        var isNew = Put(ref _root, Node.PrefixOf(key), key, value, out var split);
        Count += isNew ? 1 : 0;
        if (split is not null)
        {
            var root = new Node(isLeaf: false, _epoch);
            root.Insert(0, [], _root);
            root.Insert(1, split.Value.Key, split.Value.Node);
            _root = root;
        }
    }

    /// <inheritdoc/>
    public bool Remove(ReadOnlySpan<byte> key)
    {
        if (!TryGet(key, out _))
        {
            return false;
        }

        Version++;
        Remove(ref _root, Node.PrefixOf(key), key);
        Count--;
        if (!_root.IsLeaf && _root.Count == 1)
        {
            _root = _root.Child(0);
        }

        return true;
    }

    /// <inheritdoc/>
    public IKvView Freeze()
    {
        var view = new BTreeView(_root, Count, _live);
        _epoch++;
        return view;
    }

    /// <inheritdoc/>
    public void Clear()
    {
        Version++;
        _root = new Node(isLeaf: true, _epoch);
        Count = 0;
    }

    /// <summary>Asserts the tree's shape; for tests.</summary>
    internal void Validate()
    {
        BTree.Validate(_root, low: null, high: null, isRoot: true);
        Invariant.Holds(_root.Total() == Count);
    }

    private Node Own(ref Node slot)
    {
        if (slot.Epoch != _epoch && _live.Any)
        {
            slot = slot.Copy(_epoch);
        }

        return slot;
    }

    // Returns whether the key is new; a node that had to be split leaves its upper part, and where that begins.
    private bool Put(ref Node slot, ulong prefix, byte[] key, byte[] value, out (byte[] Key, Node Node)? split)
    {
        var node = Own(ref slot);
        split = null;
        if (node.IsLeaf)
        {
            return PutInLeaf(node, prefix, key, value, out split);
        }

        var position = node.ChildFor(prefix, key);
        var isNew = Put(ref node.Child(position), prefix, key, value, out var below);
        if (below is null)
        {
            node.AddToCount(position, isNew ? 1 : 0);
            return isNew;
        }

        node.Recount(position);
        var into = node;
        position++;
        if (node.IsFull)
        {
            (into, split) = Split(node, ref position);
        }

        into.Insert(position, below.Value.Key, below.Value.Node);
        return isNew;
    }

    private bool PutInLeaf(Node leaf, ulong prefix, byte[] key, byte[] value, out (byte[] Key, Node Node)? split)
    {
        split = null;
        var position = leaf.LowerBound(prefix, key);
        if (leaf.IsAt(position, prefix, key))
        {
            leaf.SetValue(position, value);
            return false;
        }

        var into = leaf;
        if (leaf.IsFull)
        {
            (into, split) = Split(leaf, ref position);
        }

        into.Insert(position, prefix, key, value);
        return true;
    }

    // Moves the upper part of a full node away and says into which part a position falls. What is appended leaves
    // the lower part as full as a node may be, with just enough for the upper one.
    private (Node Into, (byte[] Key, Node Node) Upper) Split(Node node, ref int position)
    {
        var upper = new Node(node.IsLeaf, _epoch);
        var at = position == node.Count ? node.Count - Node.CountMin : node.Count / 2;
        node.MoveTail(at, upper);
        var key = upper.Key(0);
        if (position <= at)
        {
            return (node, (key, upper));
        }

        position -= at;
        return (upper, (key, upper));
    }

    private void Remove(ref Node slot, ulong prefix, ReadOnlySpan<byte> key)
    {
        var node = Own(ref slot);
        if (node.IsLeaf)
        {
            var found = node.LowerBound(prefix, key);
            Invariant.Holds(node.IsAt(found, prefix, key));
            node.RemoveAt(found);
            return;
        }

        var position = node.ChildFor(prefix, key);
        Remove(ref node.Child(position), prefix, key);
        node.AddToCount(position, -1);
        if (node.Child(position).Count < Node.CountMin && node.Count > 1)
        {
            Refill(node, Math.Max(position, 1));
        }
    }

    // Joins a child with the one before it, or evens them out where one node cannot hold both.
    private void Refill(Node node, int position)
    {
        var left = Own(ref node.Child(position - 1));
        var right = Own(ref node.Child(position));
        var divider = node.Key(position);
        if (left.Count + right.Count <= Node.Capacity)
        {
            if (!right.IsLeaf)
            {
                right.SetKey(0, divider);
            }

            right.MoveTail(0, left);
            node.RemoveAt(position);
            node.Recount(position - 1);
            return;
        }

        if (!right.IsLeaf)
        {
            right.SetKey(0, divider);
        }

        var even = (left.Count + right.Count) / 2;
        if (left.Count < even)
        {
            right.MoveHead(even - left.Count, left);
        }
        else
        {
            right.TakeTailOf(left, left.Count - even);
        }

        node.SetKey(position, right.Key(0));
        node.Recount(position - 1);
        node.Recount(position);
    }
}
