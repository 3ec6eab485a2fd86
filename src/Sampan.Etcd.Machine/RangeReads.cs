using Google.Protobuf;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;
using Sampan.Protocol.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>Executes range requests on a store, a transaction or a view.</summary>
internal static class RangeReads
{
    /// <summary>How many keys it may have to look at; what decides whether a view is worth its price.</summary>
    public static long Reach(RangeRequest request, IMvccReader reader, bool isPastEndless)
    {
        if (request.RangeEnd.IsEmpty || (request.CountOnly && (request.Revision <= 0 || !isPastEndless)))
        {
            return 1;
        }

        if (request.Revision > 0 && isPastEndless)
        {
            // What is live now says nothing of how much is to be walked in the past.
            return long.MaxValue;
        }

        reader.Count(EtcdRanges.Of(request.Key, request.RangeEnd), revision: 0, out var count);
        return request.Limit > 0 && IsPage(request) ? Math.Min(count, request.Limit) : count;
    }

    /// <summary>Reads.</summary>
    public static EtcdError Execute(RangeRequest request, IMvccReader reader, out RangeAnswer answer)
    {
        answer = new RangeAnswer { KeysOnly = request.KeysOnly };
        var range = EtcdRanges.Of(request.Key, request.RangeEnd);
        if (request.CountOnly)
        {
            var counted = reader.Count(range, request.Revision, out var total);
            answer.Count = total;
            return ErrorOf(counted);
        }

        // One more than the limit says whether there are more; and it takes part in the sort, as in etcd.
        var limit = IsPage(request) && request.Limit is > 0 and < long.MaxValue ? request.Limit + 1 : 0;
        var versions = answer.Versions;
        var status = reader.Range(range, request.Revision, limit, versions, out var count);
        answer.Count = count;
        if (HasFilters(request))
        {
            versions.RemoveAll(version => !IsWanted(request, version));
        }

        if (!IsInKeyOrder(request))
        {
            Sort(request, versions);
        }

        if (request.Limit > 0 && versions.Count > request.Limit)
        {
            answer.More = true;
            versions.RemoveRange((int)request.Limit, versions.Count - (int)request.Limit);
        }

        return ErrorOf(status);
    }

    /// <summary>A response without its header, for a transaction's parts.</summary>
    public static RangeResponse ToResponse(RangeAnswer answer)
    {
        var response = new RangeResponse { Count = answer.Count, More = answer.More };
        response.Kvs.Capacity = answer.Versions.Count;
        foreach (var version in answer.Versions)
        {
            response.Kvs.Add(ToKeyValue(version, withValue: !answer.KeysOnly));
        }

        return response;
    }

    /// <summary>A version as clients see it. The bytes are shared.</summary>
    public static KeyValue ToKeyValue(in KeyVersion version, bool withValue) => new()
    {
        Key = UnsafeByteOperations.UnsafeWrap(version.Key),
        Value = withValue ? UnsafeByteOperations.UnsafeWrap(version.Value) : ByteString.Empty,
        CreateRevision = version.CreateRevision,
        ModRevision = version.ModRevision,
        Version = version.Version,
        Lease = version.Lease,
    };

    /// <summary>The error that a status means.</summary>
    public static EtcdError ErrorOf(MvccStatus status) => status switch
    {
        MvccStatus.Compacted => EtcdError.Compacted,
        MvccStatus.FutureRevision => EtcdError.FutureRevision,
        _ => EtcdError.None,
    };

    // Whether keys are taken in order until there are enough. Where a target is named without an order, etcd sorts what
    // it has taken that way: the first keys by that target, not the first by the target of all.
    private static bool IsPage(RangeRequest request) =>
        (request.SortOrder == RangeRequest.Types.SortOrder.None || IsInKeyOrder(request)) && !HasFilters(request);

    private static bool IsInKeyOrder(RangeRequest request) =>
        request.SortTarget == RangeRequest.Types.SortTarget.Key
        && request.SortOrder != RangeRequest.Types.SortOrder.Descend;

    private static bool HasFilters(RangeRequest request) =>
        request.MinModRevision != 0
        || request.MaxModRevision != 0
        || request.MinCreateRevision != 0
        || request.MaxCreateRevision != 0;

    private static bool IsWanted(RangeRequest request, in KeyVersion version) =>
        version.ModRevision >= request.MinModRevision
        && version.CreateRevision >= request.MinCreateRevision
        && (request.MaxModRevision == 0 || version.ModRevision <= request.MaxModRevision)
        && (request.MaxCreateRevision == 0 || version.CreateRevision <= request.MaxCreateRevision);

    // Equal ones stay in key order, whichever way the rest goes.
    private static void Sort(RangeRequest request, List<KeyVersion> versions)
    {
        Comparison<KeyVersion> comparison = request.SortTarget switch
        {
            RangeRequest.Types.SortTarget.Version => static (x, y) => x.Version.CompareTo(y.Version),
            RangeRequest.Types.SortTarget.Create => static (x, y) => x.CreateRevision.CompareTo(y.CreateRevision),
            RangeRequest.Types.SortTarget.Mod => static (x, y) => x.ModRevision.CompareTo(y.ModRevision),
            RangeRequest.Types.SortTarget.Value => static (x, y) => x.Value.Span.SequenceCompareTo(y.Value.Span),
            _ => static (x, y) => x.Key.Span.SequenceCompareTo(y.Key.Span),
        };
        var sign = request.SortOrder == RangeRequest.Types.SortOrder.Descend ? -1 : 1;
        versions.Sort((x, y) => comparison(x, y) is var order && order != 0
            ? order * sign
            : x.Key.Span.SequenceCompareTo(y.Key.Span));
    }
}
