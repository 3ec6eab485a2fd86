using Google.Protobuf;
using Sampan.Base;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;
using CompareResult = Sampan.Protocol.Etcd.Compare.Types.CompareResult;
using CompareTarget = Sampan.Protocol.Etcd.Compare.Types.CompareTarget;

namespace Sampan.Etcd.Machine;

/// <summary>Judges the compares of transactions.</summary>
internal static class Compares
{
    private const int PageKeys = 1000;

    /// <summary>Whether a compare holds for its key, or for all keys of its range.</summary>
    public static bool Holds(Compare compare, IMvccReader reader)
    {
        if (compare.RangeEnd.IsEmpty)
        {
            return reader.TryGet(compare.Key.Span, out var found)
                ? Holds(compare, found.Value)
                : HoldsForNothing(compare);
        }

        var range = EtcdRanges.Of(compare.Key, compare.RangeEnd);
        var page = new List<KeyVersion>();
        reader.Range(range, revision: 0, PageKeys, page, out var count);
        if (count == 0)
        {
            return HoldsForNothing(compare);
        }

        // In pages: most compares that fail do so early, and none takes the memory of its range.
        var holds = page.TrueForAll(version => Holds(compare, version));
        while (holds && page.Count < count)
        {
            var next = KeyRange.Of(page[^1].Key.Span).End;
            page.Clear();
            reader.Range(
                range.IsUnbounded ? KeyRange.From(next) : KeyRange.Between(next, range.End),
                revision: 0,
                PageKeys,
                page,
                out count);
            holds = page.TrueForAll(version => Holds(compare, version));
        }

        return holds;
    }

    // A value that is not there cannot be told from an empty one, so no compare of it holds.
    private static bool HoldsForNothing(Compare compare) =>
        compare.Target != CompareTarget.Value && Holds(compare, default(KeyVersion));

    private static bool Holds(Compare compare, in KeyVersion version)
    {
        // An unknown target or result holds, as it does in etcd.
        var order = compare.Target switch
        {
            CompareTarget.Version => version.Version.CompareTo(compare.Version),
            CompareTarget.Create => version.CreateRevision.CompareTo(compare.CreateRevision),
            CompareTarget.Mod => version.ModRevision.CompareTo(compare.ModRevision),
            CompareTarget.Lease => version.Lease.CompareTo(compare.Lease),
            CompareTarget.Value => version.Value.Span.SequenceCompareTo((compare.Value ?? ByteString.Empty).Span),
            _ => 0,
        };
        return compare.Result switch
        {
            CompareResult.Equal => order == 0,
            CompareResult.NotEqual => order != 0,
            CompareResult.Greater => order > 0,
            CompareResult.Less => order < 0,
            _ => true,
        };
    }
}
