using Sampan.Mvcc;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>How many keys a transaction may look at, whichever branches run; found without looking at them.</summary>
internal static class TxnReach
{
    /// <summary>How far it reaches; an operation on one key counts one, a read of the past has no end.</summary>
    public static long Of(TxnRequest txn, IMvccReader reader) => Of(txn, reader, isPastEndless: true);

    /// <summary>
    /// The same, with reads of the past taken for reads of the present. It depends on nothing but the keys that are
    /// live, so it is equal on all members: how much of the past a compaction has freed is not.
    /// </summary>
    public static long Now(TxnRequest txn, IMvccReader reader) => Of(txn, reader, isPastEndless: false);

    private static long Of(TxnRequest txn, IMvccReader reader, bool isPastEndless)
    {
        var reach = 0L;
        foreach (var compare in txn.Compare)
        {
            if (!compare.RangeEnd.IsEmpty)
            {
                reader.Count(EtcdRanges.Of(compare.Key, compare.RangeEnd), revision: 0, out var count);
                reach = Sum(reach, count);
            }
        }

        foreach (var operation in txn.Success.Concat(txn.Failure))
        {
            reach = Sum(reach, operation.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestRange =>
                    RangeReads.Reach(operation.RequestRange, reader, isPastEndless),
                RequestOp.RequestOneofCase.RequestTxn => Of(operation.RequestTxn, reader, isPastEndless),
                _ => 1,
            });
        }

        return reach;
    }

    private static long Sum(long reach, long more) => more > long.MaxValue - reach ? long.MaxValue : reach + more;
}
