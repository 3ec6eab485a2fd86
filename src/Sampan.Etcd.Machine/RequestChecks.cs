using Google.Protobuf.Collections;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>
/// What can be said of a request without looking at the store. Doors ask before they propose, and the machine asks
/// again, since commands of other versions may be in the log.
/// </summary>
public static class RequestChecks
{
    /// <summary>Checks the bytes of a put, without a copy of them where that can be.</summary>
    public static EtcdError CheckPut(ReadOnlySpan<byte> message) =>
        PutFields.TryRead(message, out var fields) ? Check(fields)
        : Parsing.TryParse(PutRequest.Parser, message, out var put) ? Check(put)
        : EtcdError.Malformed;

    /// <summary>
    /// Checks the bytes of a range request, and says whether the store's own state is fresh enough for it.
    /// </summary>
    public static EtcdError CheckRange(ReadOnlySpan<byte> message, out bool isSerializable)
    {
        if (RangeFields.TryRead(message, out var fields))
        {
            isSerializable = fields.Serializable;
            return fields.Key.IsEmpty ? EtcdError.EmptyKey : EtcdError.None;
        }

        var isParsed = Parsing.TryParse(RangeRequest.Parser, message, out var range);
        isSerializable = range.Serializable;
        return isParsed ? Check(range) : EtcdError.Malformed;
    }

    /// <summary>Checks a range request.</summary>
    public static EtcdError Check(RangeRequest range) =>
        range.Key.IsEmpty ? EtcdError.EmptyKey
        : !Enum.IsDefined(range.SortOrder) || !Enum.IsDefined(range.SortTarget) ? EtcdError.InvalidSort
        : EtcdError.None;

    /// <summary>Checks a put.</summary>
    public static EtcdError Check(PutRequest put) => Check(PutFields.Of(put));

    /// <summary>Checks a delete.</summary>
    public static EtcdError Check(DeleteRangeRequest delete) =>
        delete.Key.IsEmpty ? EtcdError.EmptyKey : EtcdError.None;

    /// <summary>
    /// Checks a transaction as a door does: keys; the number of operations (of the longest of compares and branches,
    /// with what is nested in it); and, since nesting multiplies, the number of all compares and operations, which may
    /// be the square of that; keys that would be changed twice.
    /// </summary>
    public static EtcdError Check(TxnRequest txn, int operationsMax)
    {
        var totalMax = (long)operationsMax * operationsMax;
        var error = CheckOperations(txn, operationsMax, ref totalMax);
        return error == EtcdError.None ? CheckChanges(txn) : error;
    }

    /// <summary>
    /// Checks a transaction without regard to the number of its operations: members may have different limits.
    /// </summary>
    public static EtcdError Check(TxnRequest txn)
    {
        var totalMax = long.MaxValue;
        var error = CheckOperations(txn, int.MaxValue, ref totalMax);
        return error == EtcdError.None ? CheckChanges(txn) : error;
    }

    /// <summary>Whether a transaction only reads, whichever branches run.</summary>
    public static bool IsReadOnly(TxnRequest txn) => IsReadOnly(txn.Success) && IsReadOnly(txn.Failure);

    /// <summary>
    /// Whether every read of a transaction may be answered without asking others. One that reads nothing, but only
    /// compares, may not: its caller wants to know how things stand. One that is empty may.
    /// </summary>
    public static bool IsSerializable(TxnRequest txn) =>
        (txn.Success.Count + txn.Failure.Count > 0 || txn.Compare.Count == 0) && AreSerializable(txn);

    /// <summary>Whether a transaction puts something in one of its branches.</summary>
    public static bool HasPut(TxnRequest txn) => txn.Success.Concat(txn.Failure).Any(operation =>
        operation.RequestCase == RequestOp.RequestOneofCase.RequestPut
        || (operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn && HasPut(operation.RequestTxn)));

    private static bool IsReadOnly(RepeatedField<RequestOp> operations) => operations.All(operation =>
        operation.RequestCase == RequestOp.RequestOneofCase.RequestRange
        || (operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn && IsReadOnly(operation.RequestTxn)));

    internal static EtcdError Check(PutFields put) =>
        put.Key.IsEmpty ? EtcdError.EmptyKey
        : put.IgnoreValue && !put.Value.IsEmpty ? EtcdError.ValueProvided
        : put.IgnoreLease && put.Lease != 0 ? EtcdError.LeaseProvided
        : EtcdError.None;

    private static bool AreSerializable(TxnRequest txn) => AreSerializable(txn.Success) && AreSerializable(txn.Failure);

    private static bool AreSerializable(RepeatedField<RequestOp> operations) => operations.All(operation =>
        operation.RequestCase switch
        {
            RequestOp.RequestOneofCase.RequestRange => operation.RequestRange.Serializable,
            RequestOp.RequestOneofCase.RequestTxn => AreSerializable(operation.RequestTxn),
            _ => false,
        });

    private static EtcdError CheckChanges(TxnRequest txn) =>
        new TxnChanges().TryAdd(txn.Success) && new TxnChanges().TryAdd(txn.Failure)
            ? EtcdError.None
            : EtcdError.DuplicateKey;

    private static EtcdError CheckOperations(TxnRequest txn, int operationsMax, ref long totalMax)
    {
        var longest = Math.Max(txn.Compare.Count, Math.Max(txn.Success.Count, txn.Failure.Count));
        totalMax -= (long)txn.Compare.Count + txn.Success.Count + txn.Failure.Count;
        if (longest > operationsMax || totalMax < 0)
        {
            return EtcdError.TooManyOperations;
        }

        if (txn.Compare.Any(compare => compare.Key.IsEmpty))
        {
            return EtcdError.EmptyKey;
        }

        foreach (var operation in txn.Success.Concat(txn.Failure))
        {
            var error = operation.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestRange => Check(operation.RequestRange),
                RequestOp.RequestOneofCase.RequestPut => Check(operation.RequestPut),
                RequestOp.RequestOneofCase.RequestDeleteRange => Check(operation.RequestDeleteRange),
                RequestOp.RequestOneofCase.RequestTxn =>
                    CheckOperations(operation.RequestTxn, operationsMax - longest, ref totalMax),
                // etcd's answer to an operation that says nothing.
                _ => EtcdError.KeyNotFound,
            };
            if (error != EtcdError.None)
            {
                return error;
            }
        }

        return EtcdError.None;
    }
}
