using Google.Protobuf;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>
/// Executes operations in a transaction of the store. What can fail was checked before; responses come without headers,
/// which only the outermost gets.
/// </summary>
internal static class KvCommands
{
    /// <summary>Executes a put.</summary>
    public static PutResponse Put(PutRequest put, MvccTransaction transaction)
    {
        var value = put.Value.Span;
        var lease = put.Lease;
        if ((put.IgnoreValue || put.IgnoreLease) && transaction.TryGet(put.Key.Span, out var old))
        {
            value = put.IgnoreValue ? old.Value.Value.Span : value;
            lease = put.IgnoreLease ? old.Value.Lease : lease;
        }

        var previous = transaction.Put(put.Key.Span, value, lease);
        var response = new PutResponse();
        if (put.PrevKv && previous is { } version)
        {
            response.PrevKv = RangeReads.ToKeyValue(version, withValue: true);
        }

        return response;
    }

    /// <summary>Executes a delete.</summary>
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

    /// <summary>Executes the branches of a transaction that its path names.</summary>
    public static TxnResponse Txn(TxnRequest txn, MvccTransaction transaction, Dictionary<TxnRequest, bool> path)
    {
        var response = new TxnResponse { Succeeded = path[txn] };
        foreach (var operation in path[txn] ? txn.Success : txn.Failure)
        {
            response.Responses.Add(Execute(operation, transaction, path));
        }

        return response;
    }

    private static ResponseOp Execute(
        RequestOp operation, MvccTransaction transaction, Dictionary<TxnRequest, bool> path)
    {
        // Every part tells the revision at which it saw the store.
        switch (operation.RequestCase)
        {
            case RequestOp.RequestOneofCase.RequestRange:
                var range = new RangeResponse();
                RangeReads.Execute(operation.RequestRange, transaction, range);
                range.Header = new ResponseHeader { Revision = transaction.Revision };
                return new ResponseOp { ResponseRange = range };
            case RequestOp.RequestOneofCase.RequestPut:
                var put = Put(operation.RequestPut, transaction);
                put.Header = new ResponseHeader { Revision = transaction.Revision };
                return new ResponseOp { ResponsePut = put };
            case RequestOp.RequestOneofCase.RequestDeleteRange:
                var delete = Delete(operation.RequestDeleteRange, transaction);
                delete.Header = new ResponseHeader { Revision = transaction.Revision };
                return new ResponseOp { ResponseDeleteRange = delete };
            case RequestOp.RequestOneofCase.RequestTxn:
                var txn = Txn(operation.RequestTxn, transaction, path);
                txn.Header = new ResponseHeader { Revision = transaction.Revision };
                return new ResponseOp { ResponseTxn = txn };
            default:
                return new ResponseOp();
        }
    }
}
