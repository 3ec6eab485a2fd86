using Sampan.Base;

namespace Sampan.Engine;

/// <summary>A cursor over a tree: the way from the root to a leaf, as positions.</summary>
internal sealed class BTreeCursor : KvCursor
{
    // 64^16 keys would be needed for more, and a quarter full 16^16.
    private const int DepthMax = 16;

    private readonly IBTreeSource _source;
    private readonly Node[] _branches = new Node[DepthMax];
    private readonly int[] _positions = new int[DepthMax];
    private int _depth;
    private Node? _leaf;
    private int _position;
    private long _version;

    /// <summary>A cursor that stands nowhere.</summary>
    public BTreeCursor(IBTreeSource source) => _source = source;

    /// <inheritdoc/>
    public override bool IsOnKey => _leaf is not null;

    /// <inheritdoc/>
    public override byte[] Key => Leaf().Key(_position);

    /// <inheritdoc/>
    public override byte[] Value => Leaf().Value(_position);

    /// <inheritdoc/>
    public override bool Seek(ReadOnlySpan<byte> key)
    {
        var prefix = Node.PrefixOf(key);
        var node = Begin();
        while (!node.IsLeaf)
        {
            node = Descend(node, node.ChildFor(prefix, key));
        }

        _leaf = node;
        _position = node.LowerBound(prefix, key);
        return _position < node.Count || GoForward();
    }

    /// <inheritdoc/>
    public override bool SeekRank(long rank)
    {
        var node = Begin();
        if (rank < 0 || rank >= _source.Count)
        {
            _leaf = null;
            return false;
        }

        while (!node.IsLeaf)
        {
            var child = 0;
            while (rank >= node.CountAt(child))
            {
                rank -= node.CountAt(child);
                child++;
            }

            node = Descend(node, child);
        }

        _leaf = node;
        _position = (int)rank;
        return true;
    }

    /// <inheritdoc/>
    public override bool SeekLast() => SeekRank(_source.Count - 1);

    /// <inheritdoc/>
    public override bool Next() => ++_position < Leaf().Count || GoForward();

    /// <inheritdoc/>
    public override bool Previous()
    {
        Leaf();
        return --_position >= 0 || GoBack();
    }

    private Node Begin()
    {
        _depth = 0;
        _version = _source.Version;
        return _source.Root;
    }

    private Node Leaf()
    {
        Invariant.Holds(_leaf is not null && _version == _source.Version);
        return _leaf;
    }

    private Node Descend(Node branch, int child)
    {
        Invariant.Holds(_depth < DepthMax);
        _branches[_depth] = branch;
        _positions[_depth] = child;
        _depth++;
        return branch.Child(child);
    }

    private bool GoForward()
    {
        while (_depth > 0)
        {
            _depth--;
            var (branch, child) = (_branches[_depth], _positions[_depth] + 1);
            if (child < branch.Count)
            {
                var node = Descend(branch, child);
                while (!node.IsLeaf)
                {
                    node = Descend(node, 0);
                }

                _leaf = node;
                _position = 0;
                return true;
            }
        }

        _leaf = null;
        return false;
    }

    private bool GoBack()
    {
        while (_depth > 0)
        {
            _depth--;
            var (branch, child) = (_branches[_depth], _positions[_depth] - 1);
            if (child >= 0)
            {
                var node = Descend(branch, child);
                while (!node.IsLeaf)
                {
                    node = Descend(node, node.Count - 1);
                }

                _leaf = node;
                _position = node.Count - 1;
                return true;
            }
        }

        _leaf = null;
        return false;
    }
}
