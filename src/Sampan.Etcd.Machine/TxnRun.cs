using Google.Protobuf;
using Google.Protobuf.Collections;
using Sampan.Base;
using Sampan.Mvcc;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Machine;

/// <summary>
/// One execution of a request transaction, nested ones included. First every compare is judged, then every operation
/// of the branches that will run is checked, then they run: so it changes all or nothing.
/// </summary>
internal sealed class TxnRun
{
    private readonly TxnRequest _txn;
    private readonly Dictionary<TxnRequest, bool> _branches = new(ReferenceEqualityComparer.Instance);

    /// <summary>An execution that has not begun.</summary>
    public TxnRun(TxnRequest txn) => _txn = txn;

    /// <summary>Judges all compares and checks all operations that will run. Changes nothing.</summary>
    public EtcdError Prepare(IMvccReader reader)
    {
        Judge(_txn, reader);
        // etcd looks at all puts before it looks at any read: the first complaint is the one that is told.
        var error = CheckPuts(_txn, reader);
        return error == EtcdError.None ? CheckReads(_txn, reader) : error;
    }

    /// <summary>Runs it, after it was prepared; the response comes without its outermost header.</summary>
    /// <param name="reader">What reads see.</param>
    /// <param name="transaction">Takes the changes, and is the reader then; null: there are none.</param>
    public TxnResponse Execute(IMvccReader reader, MvccTransaction? transaction)
    {
        Invariant.Holds(transaction is null || ReferenceEquals(reader, transaction));
        return Execute(_txn, reader, transaction);
    }

    /// <summary>Makes the changes, after it was prepared, and nothing that only a response would show.</summary>
    public void Change(MvccTransaction transaction) => Change(_txn, transaction);

    private void Judge(TxnRequest txn, IMvccReader reader)
    {
        _branches[txn] = txn.Compare.All(compare => Compares.Holds(compare, reader));
        foreach (var operation in BranchOf(txn))
        {
            if (operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn)
            {
                Judge(operation.RequestTxn, reader);
            }
        }
    }

    private EtcdError CheckPuts(TxnRequest txn, IMvccReader reader)
    {
        foreach (var operation in BranchOf(txn))
        {
            var error = operation.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestPut =>
                    StoreChecks.CheckInTxn(PutFields.Of(operation.RequestPut), reader),
                RequestOp.RequestOneofCase.RequestTxn => CheckPuts(operation.RequestTxn, reader),
                _ => EtcdError.None,
            };
            if (error != EtcdError.None)
            {
                return error;
            }
        }

        return EtcdError.None;
    }

    private EtcdError CheckReads(TxnRequest txn, IMvccReader reader)
    {
        foreach (var operation in BranchOf(txn))
        {
            var error = operation.RequestCase switch
            {
                RequestOp.RequestOneofCase.RequestRange =>
                    RangeReads.ErrorOf(reader.Check(operation.RequestRange.Revision)),
                RequestOp.RequestOneofCase.RequestTxn => CheckReads(operation.RequestTxn, reader),
                _ => EtcdError.None,
            };
            if (error != EtcdError.None)
            {
                return error;
            }
        }

        return EtcdError.None;
    }

    private TxnResponse Execute(TxnRequest txn, IMvccReader reader, MvccTransaction? transaction)
    {
        var response = new TxnResponse { Succeeded = _branches[txn] };
        foreach (var operation in BranchOf(txn))
        {
            // Every part tells the revision at which it saw the store; but etcd's nested transactions leave it out.
            var part = Execute(operation, reader, transaction);
            ResponseHeaders.Set(part, new ResponseHeader { Revision = part is TxnResponse ? 0 : reader.Revision });
            response.Responses.Add(part switch
            {
                RangeResponse range => new ResponseOp { ResponseRange = range },
                PutResponse put => new ResponseOp { ResponsePut = put },
                DeleteRangeResponse delete => new ResponseOp { ResponseDeleteRange = delete },
                _ => new ResponseOp { ResponseTxn = (TxnResponse)part },
            });
        }

        return response;
    }

    private IMessage Execute(RequestOp operation, IMvccReader reader, MvccTransaction? transaction)
    {
        switch (operation.RequestCase)
        {
            case RequestOp.RequestOneofCase.RequestRange:
                var error = RangeReads.Execute(operation.RequestRange, reader, out var answer);
                Invariant.Holds(error == EtcdError.None);
                return RangeReads.ToResponse(answer);
            case RequestOp.RequestOneofCase.RequestPut when transaction is not null:
                var put = operation.RequestPut;
                var previous = KvCommands.Put(PutFields.Of(put), transaction);
                return new PutResponse
                {
                    PrevKv = put.PrevKv && previous is { } version
                        ? RangeReads.ToKeyValue(version, withValue: true)
                        : null,
                };
            case RequestOp.RequestOneofCase.RequestDeleteRange when transaction is not null:
                return KvCommands.Delete(operation.RequestDeleteRange, transaction);
            default:
                Invariant.Holds(operation.RequestCase == RequestOp.RequestOneofCase.RequestTxn);
                return Execute(operation.RequestTxn, reader, transaction);
        }
    }

    private void Change(TxnRequest txn, MvccTransaction transaction)
    {
        foreach (var operation in BranchOf(txn))
        {
            switch (operation.RequestCase)
            {
                case RequestOp.RequestOneofCase.RequestPut:
                    KvCommands.Put(PutFields.Of(operation.RequestPut), transaction);
                    break;
                case RequestOp.RequestOneofCase.RequestDeleteRange:
                    var delete = operation.RequestDeleteRange;
                    transaction.Delete(EtcdRanges.Of(delete.Key, delete.RangeEnd), deleted: null);
                    break;
                case RequestOp.RequestOneofCase.RequestTxn:
                    Change(operation.RequestTxn, transaction);
                    break;
                default:
                    break;
            }
        }
    }

    private RepeatedField<RequestOp> BranchOf(TxnRequest txn) => _branches[txn] ? txn.Success : txn.Failure;
}
