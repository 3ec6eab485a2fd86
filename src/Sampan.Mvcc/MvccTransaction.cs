using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Mvcc;

/// <summary>
/// Changes that share a revision: the store's next one. They are made at once, and reads of the transaction see them;
/// there is no way back, so check before. Ends with <see cref="Commit"/>, before which the store begins no other.
/// </summary>
public sealed class MvccTransaction : IMvccReader
{
    private readonly MvccStore _store;
    private bool _hasChanged;

    internal MvccTransaction(MvccStore store) => _store = store;

    /// <summary>The revision that its reads of the present see: one more than before as soon as it changed something.
    /// </summary>
    public long Revision => _store.Revision + (_hasChanged ? 1 : 0);

    /// <summary>Sets a key; returns the version that was live before, or null. Takes the lease as it is.</summary>
    public KeyVersion? Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value, long lease)
    {
        _hasChanged = true;
        return _store.Put(key, value, lease);
    }

    /// <summary>Deletes the keys of a range; returns how many there were, and what they were if asked.</summary>
    public long Delete(in KeyRange range, List<KeyVersion>? deleted)
    {
        var count = _store.Delete(range, deleted);
        _hasChanged |= count > 0;
        return count;
    }

    /// <inheritdoc/>
    public MvccStatus Range(in KeyRange range, long revision, long limit, List<KeyVersion> into, out long count) =>
        _store.ReaderAt(Revision).Range(range, revision, limit, into, out count);

    /// <inheritdoc/>
    public MvccStatus Count(in KeyRange range, long revision, out long count) =>
        _store.ReaderAt(Revision).Count(range, revision, out count);

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out KeyVersion? found) =>
        _store.TryGet(key, out found);

    /// <inheritdoc/>
    public MvccStatus Check(long revision) => _store.ReaderAt(Revision).Check(revision);

    /// <summary>Ends it; returns the store's revision, which is a new one if anything was changed.</summary>
    public long Commit()
    {
        _store.End(_hasChanged);
        _hasChanged = false;
        return _store.Revision;
    }
}
