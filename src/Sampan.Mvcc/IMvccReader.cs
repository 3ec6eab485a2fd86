using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Mvcc;

/// <summary>What can be read of a store, a transaction and a view alike.</summary>
public interface IMvccReader
{
    /// <summary>The newest revision that can be read.</summary>
    long Revision { get; }

    /// <summary>
    /// Reads a range at a revision (0 or less: now), at most <paramref name="limit"/> keys in order (0 or less: all),
    /// and counts all keys it holds. Of the present O(log n) and the page, of the past the whole range.
    /// </summary>
    MvccStatus Range(in KeyRange range, long revision, long limit, List<KeyVersion> into, out long count);

    /// <summary>How many keys a range holds at a revision (0 or less: now).</summary>
    MvccStatus Count(in KeyRange range, long revision, out long count);

    /// <summary>The live version of a key, without the key itself.</summary>
    bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out KeyVersion? found);

    /// <summary>Whether a revision (0 or less: now) can be read.</summary>
    MvccStatus Check(long revision);
}
