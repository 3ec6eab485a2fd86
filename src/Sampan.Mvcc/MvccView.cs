using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Engine;

namespace Sampan.Mvcc;

/// <summary>
/// A store as it was at one moment, for any thread and one reader at a time. Dispose it when it was read: until then
/// the store copies what it changes.
/// </summary>
public sealed class MvccView : IMvccReader, IDisposable
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

    /// <inheritdoc/>
    public MvccStatus Range(in KeyRange range, long revision, long limit, List<KeyVersion> into, out long count) =>
        Reader.Range(range, revision, limit, into, out count);

    /// <inheritdoc/>
    public MvccStatus Count(in KeyRange range, long revision, out long count) =>
        Reader.Count(range, revision, out count);

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out KeyVersion? found)
    {
        found = _current.TryGet(key, out var record) ? VersionRecord.Decode(default, record) : null;
        return found is not null;
    }

    /// <inheritdoc/>
    public MvccStatus Check(long revision) => Reader.Check(revision);

    /// <summary>As <see cref="MvccStore.HashKv"/>.</summary>
    public MvccStatus HashKv(long revision, out uint hash) => Reader.HashKv(revision, out hash);

    /// <summary>
    /// Everything that <see cref="MvccStore.Restore"/> takes, in its order: the live versions by key, then the history
    /// without what its compaction has yet to drop. So equal stores give equal pairs.
    /// </summary>
    public IEnumerable<StoredPair> Pairs()
    {
        var cursor = _current.OpenCursor();
        for (var more = cursor.Seek([]); more; more = cursor.Next())
        {
            yield return new StoredPair(IsHistory: false, cursor.Key, cursor.Value);
        }

        StoredPair? kept = null;
        cursor = _history.OpenCursor();
        for (var more = cursor.Seek([]); more; more = cursor.Next())
        {
            var isSameKey = kept is { } before
                && HistoryKey.KeyPart(before.Key).SequenceEqual(HistoryKey.KeyPart(cursor.Key));
            var isOld = HistoryKey.Revision(cursor.Key) <= CompactRevision;
            if (kept is { } last && !(isSameKey && isOld) && IsNeeded(last))
            {
                yield return last;
            }

            kept = isOld ? new StoredPair(IsHistory: true, cursor.Key, cursor.Value) : null;
            if (!isOld)
            {
                yield return new StoredPair(IsHistory: true, cursor.Key, cursor.Value);
            }
        }

        if (kept is { } end && IsNeeded(end))
        {
            yield return end;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _current.Dispose();
        _history.Dispose();
    }

    private MvccReader Reader => new(_current, _history, Revision, CompactRevision);

    // The newest version of a key up to the compaction: a tombstone says nothing, and a live version as old says it
    // too.
    private bool IsNeeded(in StoredPair pair) =>
        !VersionRecord.IsTombstone(pair.Value)
        && !(_current.TryGet(HistoryKey.Decode(pair.Key).Span, out var live)
            && VersionRecord.ModRevision(live) <= CompactRevision);
}
