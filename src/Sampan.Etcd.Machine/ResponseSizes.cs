using Google.Protobuf;
using Google.Protobuf.Collections;
using Sampan.Protocol.Etcd;
using Sampan.Protocol.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>
/// How large a response can become at most: the generated code counts in 32 bits, and does not notice when they do not
/// suffice.
/// </summary>
internal static class ResponseSizes
{
    // Numbers, tags and lengths of a pair, or of whatever else stands once in a message.
    private const int RestBytes = 100;

    /// <summary>A bound of the bytes.</summary>
    public static long Of(IMessage response) => response switch
    {
        RangeResponse range => RestBytes + Of(range.Kvs),
        PutResponse { PrevKv: { } version } => RestBytes + Of(version),
        DeleteRangeResponse delete => RestBytes + Of(delete.PrevKvs),
        TxnResponse txn => RestBytes + txn.Responses.Sum(Of),
        _ => RestBytes,
    };

    private static long Of(ResponseOp part) => RestBytes + part.ResponseCase switch
    {
        ResponseOp.ResponseOneofCase.ResponseRange => Of(part.ResponseRange),
        ResponseOp.ResponseOneofCase.ResponsePut => Of(part.ResponsePut),
        ResponseOp.ResponseOneofCase.ResponseDeleteRange => Of(part.ResponseDeleteRange),
        ResponseOp.ResponseOneofCase.ResponseTxn => Of(part.ResponseTxn),
        _ => 0,
    };

    private static long Of(RepeatedField<KeyValue> pairs) => pairs.Sum(Of);

    private static long Of(KeyValue pair) => RestBytes + pair.Key.Length + (long)pair.Value.Length;
}
