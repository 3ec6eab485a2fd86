using System.Diagnostics.CodeAnalysis;
using Sampan.Base;
using Sampan.Engine;

namespace Sampan.Mvcc;

/// <summary>
/// Keys with all their versions since the last compaction, as etcd defines them: every transaction that changes
/// something makes one revision; a read at an old revision sees the keys as they were. Deterministic: equal changes in
/// equal order give equal stores. Not thread-safe; views are.
/// </summary>
/// <remarks>
/// Invariant: the current tree holds exactly the live versions; the history tree holds superseded versions and
/// tombstones, none of which is newer than the store's revision.
/// </remarks>
public sealed class MvccStore : IMvccReader
{
    // What a tree spends on a pair beside its bytes: two arrays' headers, their references and the prefix.
    private const int PairBytes = 80;

    private readonly IKvEngine _current;
    private readonly IKvEngine _history;
    private readonly MvccTransaction _transaction;
    private readonly List<byte[]> _dropped = [];
    private bool _isInTransaction;
    private byte[]? _compactNext;

    /// <summary>A store in two empty engines, which are its own from here on.</summary>
    public MvccStore(IKvEngine current, IKvEngine history)
    {
        Invariant.Holds(current.Count == 0 && history.Count == 0);
        _current = current;
        _history = history;
        _transaction = new MvccTransaction(this);
    }

    /// <summary>The newest revision; 1 before the first change.</summary>
    public long Revision { get; private set; } = 1;

    /// <summary>The oldest revision that can be read; 0: all.</summary>
    public long CompactRevision { get; private set; }

    /// <summary>How many keys are live.</summary>
    public long KeyCount => _current.Count;

    /// <summary>About how many bytes of memory the data takes.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>Whether a compaction has something left to do.</summary>
    public bool IsCompacting => _compactNext is not null;

    /// <inheritdoc/>
    public MvccStatus Range(in KeyRange range, long revision, long limit, List<KeyVersion> into, out long count) =>
        ReaderAt(Revision).Range(range, revision, limit, into, out count);

    /// <inheritdoc/>
    public MvccStatus Count(in KeyRange range, long revision, out long count) =>
        ReaderAt(Revision).Count(range, revision, out count);

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out KeyVersion? found)
    {
        found = _current.TryGet(key, out var record) ? VersionRecord.Decode(default, record) : null;
        return found is not null;
    }

    /// <inheritdoc/>
    public MvccStatus Check(long revision) => ReaderAt(Revision).Check(revision);

    /// <summary>
    /// A checksum of the history up to a revision (0 or less: now); equal on all members whose compact revision is the
    /// same.
    /// </summary>
    public MvccStatus HashKv(long revision, out uint hash) => ReaderAt(Revision).HashKv(revision, out hash);

    /// <summary>Begins a transaction; the one before has ended.</summary>
    public MvccTransaction Begin()
    {
        Invariant.Holds(!_isInTransaction);
        _isInTransaction = true;
        return _transaction;
    }

    /// <summary>
    /// Makes the revisions before this one unreadable at once; <see cref="RunCompactionStep"/> frees their memory. Only
    /// revisions above the last compaction and up to the present are taken.
    /// </summary>
    public MvccStatus Compact(long revision)
    {
        Invariant.Holds(!_isInTransaction);
        if (revision <= CompactRevision)
        {
            return MvccStatus.Compacted;
        }

        if (revision > Revision)
        {
            return MvccStatus.FutureRevision;
        }

        CompactRevision = revision;
        _compactNext = [];
        return MvccStatus.Ok;
    }

    /// <summary>
    /// Looks at up to so many old versions (at least 2) and drops those that nobody can read; false when all is done.
    /// What reads and checksums answer does not depend on it.
    /// </summary>
    public bool RunCompactionStep(int versionsMax)
    {
        Invariant.Holds(versionsMax >= 2);
        if (_compactNext is null)
        {
            return false;
        }

        var cursor = _history.OpenCursor();
        var more = cursor.Seek(_compactNext);
        byte[]? kept = null;
        var keptIsTombstone = false;
        for (var i = 0; more && i < versionsMax; i++)
        {
            var key = cursor.Key;
            if (kept is not null && !IsSameKey(kept, key))
            {
                DropIfCovered(kept, keptIsTombstone);
                kept = null;
            }

            if (HistoryKey.Revision(key) > CompactRevision)
            {
                // All that follow of this key are newer still.
                more = cursor.Seek(HistoryKey.Last(key));
                continue;
            }

            if (kept is not null)
            {
                _dropped.Add(kept);
            }

            kept = key;
            keptIsTombstone = VersionRecord.IsTombstone(cursor.Value);
            more = cursor.Next();
        }

        if (kept is not null && !(more && IsSameKey(kept, cursor.Key)))
        {
            DropIfCovered(kept, keptIsTombstone);
            kept = null;
        }

        // A key that was cut is taken up again at the version that is kept so far.
        _compactNext = more ? kept ?? cursor.Key : null;
        foreach (var key in _dropped)
        {
            Remove(_history, key);
        }

        _dropped.Clear();
        return _compactNext is not null;
    }

    /// <summary>The present contents as an immutable view.</summary>
    public MvccView Freeze()
    {
        Invariant.Holds(!_isInTransaction);
        return new MvccView(_current.Freeze(), _history.Freeze(), Revision, CompactRevision);
    }

    /// <summary>Forgets everything and takes what <see cref="Restore"/> gives, up to these revisions.</summary>
    public void BeginRestore(long revision, long compactRevision)
    {
        Invariant.Holds(!_isInTransaction && revision >= 1 && compactRevision >= 0 && compactRevision <= revision);
        _current.Clear();
        _history.Clear();
        SizeBytes = 0;
        Revision = revision;
        CompactRevision = compactRevision;
        _compactNext = null;
    }

    /// <summary>Takes one pair of <see cref="MvccView.Pairs"/>; false, and nothing, if it cannot be one.</summary>
    public bool Restore(in StoredPair pair)
    {
        var isSound = VersionRecord.IsSound(pair.Value, Revision)
            && (pair.IsHistory
                ? HistoryKey.TryDecode(pair.Key, out _)
                    && HistoryKey.Revision(pair.Key) == VersionRecord.ModRevision(pair.Value)
                : pair.Key.Length > 0 && !VersionRecord.IsTombstone(pair.Value));
        if (isSound)
        {
            Add(pair.IsHistory ? _history : _current, pair.Key, pair.Value);
        }

        return isSound;
    }

    internal MvccReader ReaderAt(long revision) => new(_current, _history, revision, CompactRevision);

    internal KeyVersion? Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long lease)
    {
        Invariant.Holds(_isInTransaction && key.Length > 0);
        var revision = Revision + 1;
        if (!_current.TryGet(key, out var old))
        {
            var first = new KeyVersion(default, default, CreateRevision: revision, revision, Version: 1, lease);
            Add(_current, key.ToArray(), VersionRecord.Encode(revision, first, value));
            return null;
        }

        var ownKey = key.ToArray();
        var previous = VersionRecord.Decode(ownKey, old);
        Supersede(key, old, previous);
        var next = previous with { Version = previous.Version + 1, Lease = lease };
        var record = VersionRecord.Encode(revision, next, value);
        SizeBytes += record.Length - old.Length;
        _current.Put(ownKey, record);
        return previous;
    }

    internal long Delete(in KeyRange range, List<KeyVersion>? deleted)
    {
        Invariant.Holds(_isInTransaction);
        var found = new List<KeyVersion>();
        ReaderAt(Revision).Range(range, revision: 0, limit: 0, found, out var count);
        foreach (var version in found)
        {
            var isThere = _current.TryGet(version.Key.Span, out var old);
            Invariant.Holds(isThere && old is not null);
            Supersede(version.Key.Span, old, version);
            Replace(HistoryKey.Encode(version.Key.Span, Revision + 1), VersionRecord.Tombstone(Revision + 1));
            Remove(_current, version.Key.Span);
        }

        deleted?.AddRange(found);
        return count;
    }

    internal void End(bool hasChanged)
    {
        Invariant.Holds(_isInTransaction);
        _isInTransaction = false;
        Revision += hasChanged ? 1 : 0;
    }

    // A version that was made in this very transaction was never seen by anybody and leaves no trace.
    private void Supersede(ReadOnlySpan<byte> key, byte[] record, in KeyVersion version)
    {
        if (version.ModRevision > Revision)
        {
            return;
        }

        var historyKey = HistoryKey.Encode(key, version.ModRevision);
        if (version.Version == 1)
        {
            Replace(historyKey, record);
        }
        else
        {
            Add(_history, historyKey, record);
        }
    }

    // A key that was deleted and put in one transaction has a tombstone of the same revision, which the version hides.
    private void Replace(byte[] historyKey, byte[] record)
    {
        if (_history.TryGet(historyKey, out _))
        {
            Remove(_history, historyKey);
        }

        Add(_history, historyKey, record);
    }

    private static bool IsSameKey(byte[] left, byte[] right) =>
        HistoryKey.KeyPart(left).SequenceEqual(HistoryKey.KeyPart(right));

    private void DropIfCovered(byte[]? kept, bool isTombstone)
    {
        if (kept is not null && (isTombstone || IsSuperseded(kept)))
        {
            _dropped.Add(kept);
        }
    }

    // Whether the live version is itself old enough to answer every read that is still allowed.
    private bool IsSuperseded(byte[] historyKey) =>
        _current.TryGet(HistoryKey.Decode(historyKey).Span, out var live)
        && VersionRecord.ModRevision(live) <= CompactRevision;

    private void Add(IKvEngine engine, byte[] key, byte[] value)
    {
        engine.Put(key, value);
        SizeBytes += key.Length + value.Length + PairBytes;
    }

    private void Remove(IKvEngine engine, ReadOnlySpan<byte> key)
    {
        var isThere = engine.TryGet(key, out var value);
        Invariant.Holds(isThere && value is not null);
        SizeBytes -= key.Length + value.Length + PairBytes;
        engine.Remove(key);
    }
}
