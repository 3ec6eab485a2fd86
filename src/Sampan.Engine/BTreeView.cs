using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Engine;

/// <summary>A tree as it was.</summary>
internal sealed class BTreeView : IKvView, IBTreeSource
{
    private readonly LiveViews _live;
    private int _isDisposed;

    /// <summary>A view of this tree, counted among the live ones.</summary>
    public BTreeView(Node root, long count, LiveViews live)
    {
        Root = root;
        Count = count;
        _live = live;
        live.Add();
    }

    /// <inheritdoc/>
    public Node Root { get; }

    /// <inheritdoc/>
    public long Count { get; }

    /// <inheritdoc/>
    public long Version => 0;

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out byte[]? value) =>
        BTree.TryGet(Root, key, out value);

    /// <inheritdoc/>
    public long CountOf(in KeyRange range) => BTree.CountOf(Root, Count, range);

    /// <inheritdoc/>
    public KvCursor OpenCursor() => new BTreeCursor(this);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _live.Remove();
        }
    }
}
