using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Engine;

/// <summary>Reads of a tree from its root, for the engine and for views.</summary>
internal static class BTree
{
    /// <summary>Finds the value of a key.</summary>
    public static bool TryGet(Node root, ReadOnlySpan<byte> key, [NotNullWhen(true)] out byte[]? value)
    {
        var prefix = Node.PrefixOf(key);
        var node = root;
        while (!node.IsLeaf)
        {
            node = node.Child(node.ChildFor(prefix, key));
        }

        var position = node.LowerBound(prefix, key);
        var isFound = node.IsAt(position, prefix, key);
        value = isFound ? node.Value(position) : null;
        return isFound;
    }

    /// <summary>How many keys a range holds.</summary>
    public static long CountOf(Node root, long count, in KeyRange range)
    {
        if (range.IsEmpty)
        {
            return 0;
        }

        var end = range.IsUnbounded ? count : RankOf(root, range.End.Span);
        return end - RankOf(root, range.Start.Span);
    }

    /// <summary>How many keys are before this one.</summary>
    public static long RankOf(Node root, ReadOnlySpan<byte> key)
    {
        var prefix = Node.PrefixOf(key);
        var rank = 0L;
        var node = root;
        while (!node.IsLeaf)
        {
            var child = node.ChildFor(prefix, key);
            for (var i = 0; i < child; i++)
            {
                rank += node.CountAt(i);
            }

            node = node.Child(child);
        }

        return rank + node.LowerBound(prefix, key);
    }

    /// <summary>
    /// Asserts the shape: keys ascend within their bounds, counts are right, all leaves are equally deep, no node but
    /// the root is too empty. Returns the depth. For tests.
    /// </summary>
    public static int Validate(Node node, byte[]? low, byte[]? high, bool isRoot)
    {
        Invariant.Holds(isRoot || node.Count >= Node.CountMin);
        var depth = 0;
        for (var i = 0; i < node.Count; i++)
        {
            if (node.IsLeaf || i > 0)
            {
                Invariant.Holds(low is null || node.Key(i).AsSpan().SequenceCompareTo(low) >= 0);
                Invariant.Holds(high is null || node.Key(i).AsSpan().SequenceCompareTo(high) < 0);
            }

            Invariant.Holds(i < (node.IsLeaf ? 1 : 2) || node.Key(i - 1).AsSpan().SequenceCompareTo(node.Key(i)) < 0);
            if (!node.IsLeaf)
            {
                var below = Validate(
                    node.Child(i), i > 0 ? node.Key(i) : low, i + 1 < node.Count ? node.Key(i + 1) : high, false);
                Invariant.Holds(depth == 0 || depth == below + 1);
                Invariant.Holds(node.CountAt(i) == node.Child(i).Total());
                depth = below + 1;
            }
        }

        return depth;
    }
}
