using Google.Protobuf;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>
/// Which branch of each transaction, nested ones included, will run: all compares are judged before anything is
/// changed, and every operation of the branches is checked, so that a transaction changes all or nothing.
/// </summary>
internal static class TxnPath
{
    /// <summary>Judges the compares of a transaction and of those nested in the branches that run.</summary>
    public static void Judge(TxnRequest txn, IMvccReader reader, Dictionary<TxnRequest, bool> path)
    {
        var holds = txn.Compare.All(compare => Holds(compare, reader));
        path[txn] = holds;
        foreach (var operation in holds ? txn.Success : txn.Failure)
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn)
            {
                Judge(operation.RequestTxn, reader, path);
            }
        }
    }

    /// <summary>Whether everything that will run can.</summary>
    public static EtcdError Check(TxnRequest txn, MvccStore store, Dictionary<TxnRequest, bool> path)
    {
        foreach (var operation in path[txn] ? txn.Success : txn.Failure)
        {
            var error = operation.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestRange =>
                    RangeReads.ErrorOf(store.Check(operation.RequestRange.Revision)),
                RequestOp.RequestOneofCase.RequestPut => Check(operation.RequestPut, store),
                RequestOp.RequestOneofCase.RequestTxn => Check(operation.RequestTxn, store, path),
                _ => EtcdError.None,
            };
            if (error != EtcdError.None)
            {
                return error;
            }
        }

        return EtcdError.None;
    }

    /// <summary>Whether a put can be done.</summary>
    public static EtcdError Check(PutRequest put, MvccStore store) =>
        (put.IgnoreValue || put.IgnoreLease) && !store.TryGet(put.Key.Span, out _) ? EtcdError.KeyNotFound
        // There are no leases yet, so none can be found.
        : put.Lease != 0 ? EtcdError.LeaseNotFound
        : EtcdError.None;

    private static bool Holds(Compare compare, IMvccReader reader)
    {
        var found = new List<KeyVersion>();
        reader.Range(EtcdRanges.Of(compare.Key, compare.RangeEnd), revision: 0, limit: 0, found, out _);
        if (found.Count == 0)
        {
            // A value that is not there cannot be told from an empty one, so no compare of it holds.
            return compare.Target != Compare.Types.CompareTarget.Value && Holds(compare, default(KeyVersion));
        }

        return found.TrueForAll(version => Holds(compare, version));
    }

    private static bool Holds(Compare compare, in KeyVersion version)
    {
        var order = compare.Target switch
        {
            Compare.Types.CompareTarget.Version => version.Version.CompareTo(compare.Version),
            Compare.Types.CompareTarget.Create => version.CreateRevision.CompareTo(compare.CreateRevision),
            Compare.Types.CompareTarget.Mod => version.ModRevision.CompareTo(compare.ModRevision),
            Compare.Types.CompareTarget.Lease => version.Lease.CompareTo(compare.Lease),
            _ => version.Value.Span.SequenceCompareTo((compare.Value ?? ByteString.Empty).Span),
        };
        return compare.Result switch
        {
            Compare.Types.CompareResult.Equal => order == 0,
            Compare.Types.CompareResult.NotEqual => order != 0,
            Compare.Types.CompareResult.Greater => order > 0,
            Compare.Types.CompareResult.Less => order < 0,
            _ => false,
        };
    }
}
