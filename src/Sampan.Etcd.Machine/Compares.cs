using Google.Protobuf;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;
using CompareResult = Sampan.Protocol.Etcd.Compare.Types.CompareResult;
using CompareTarget = Sampan.Protocol.Etcd.Compare.Types.CompareTarget;

namespace Sampan.Etcd.Machine;

/// <summary>Judges the compares of transactions.</summary>
internal static class Compares
{
    /// <summary>Whether a compare holds for its key, or for all keys of its range.</summary>
    public static bool Holds(Compare compare, IMvccReader reader)
    {
        if (compare.RangeEnd.IsEmpty)
        {
            return reader.TryGet(compare.Key.Span, out var found)
                ? Holds(compare, found.Value)
                : HoldsForNothing(compare);
        }

        var versions = new List<KeyVersion>();
        reader.Range(EtcdRanges.Of(compare.Key, compare.RangeEnd), revision: 0, limit: 0, versions, out _);
        return versions.Count == 0
            ? HoldsForNothing(compare)
            : versions.TrueForAll(version => Holds(compare, version));
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
