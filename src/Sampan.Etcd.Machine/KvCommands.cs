using Sampan.Base;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>Executes changes in a transaction of the store. What can fail was checked before.</summary>
internal static class KvCommands
{
    /// <summary>Executes a put; returns the version before, or null.</summary>
    public static KeyVersion? Put(PutFields put, MvccTransaction transaction)
    {
        var value = put.Value;
        var lease = put.Lease;
        if (put.IgnoreValue || put.IgnoreLease)
        {
            var isThere = transaction.TryGet(put.Key, out var old);
            Invariant.Holds(isThere && old is not null);
            value = put.IgnoreValue ? old.Value.Value.Span : value;
            lease = put.IgnoreLease ? old.Value.Lease : lease;
        }

        return transaction.Put(put.Key, value, lease);
    }

    /// <summary>Executes a delete; the response comes without its header.</summary>
    public static DeleteRangeResponse Delete(DeleteRangeRequest delete, MvccTransaction transaction)
    {
        var response = new DeleteRangeResponse();
        var deleted = delete.PrevKv ? new List<KeyVersion>() : null;
        response.Deleted = transaction.Delete(EtcdRanges.Of(delete.Key, delete.RangeEnd), deleted);
        foreach (var version in deleted ?? [])
        {
            response.PrevKvs.Add(RangeReads.ToKeyValue(version, withValue: true));
        }

        return response;
    }
}
