using Sampan.Base;
using Sampan.Engine;

namespace Sampan.Mvcc;

/// <summary>
/// A store as it was at one moment, for any thread and one reader at a time. Dispose it when it was read: until then
/// the store copies what it changes.
/// </summary>
public sealed class MvccView : IDisposable
{
    private readonly IKvView _current;
    private readonly IKvView _history;

    internal MvccView(IKvView current, IKvView history, long revision, long compactRevision)
    {
        _current = current;
        _history = history;
        Revision = revision;
        CompactRevision = compactRevision;
    }

    /// <summary>The newest revision in it.</summary>
    public long Revision { get; }

    /// <summary>The oldest revision that can be read; 0: all.</summary>
    public long CompactRevision { get; }

    /// <summary>As <see cref="MvccStore.Range"/>.</summary>
    public MvccStatus Range(in KeyRange range, long revision, long limit, List<KeyVersion> into, out long count) =>
        Reader.Range(range, revision, limit, into, out count);

    /// <summary>As <see cref="MvccStore.HashKv"/>.</summary>
    public MvccStatus HashKv(long revision, out uint hash) => Reader.HashKv(revision, out hash);

    /// <summary>
    /// Everything that <see cref="MvccStore.Restore"/> takes, in its order: the live versions by key, then the history.
    /// </summary>
    public IEnumerable<StoredPair> Pairs()
    {
        var cursor = _current.OpenCursor();
        for (var more = cursor.Seek([]); more; more = cursor.Next())
        {
            yield return new StoredPair(IsHistory: false, cursor.Key, cursor.Value);
        }

        cursor = _history.OpenCursor();
        for (var more = cursor.Seek([]); more; more = cursor.Next())
        {
            yield return new StoredPair(IsHistory: true, cursor.Key, cursor.Value);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current.Dispose();
        _history.Dispose();
    }

    private MvccReader Reader => new(_current, _history, Revision, CompactRevision);
}
