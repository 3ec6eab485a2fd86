using Google.Protobuf;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd.Tests.Fixture;

/// <summary>Requests in short.</summary>
internal static class Requests
{
    /// <summary>Text as bytes.</summary>
    public static ByteString Utf8(string text) => ByteString.CopyFromUtf8(text);

    /// <summary>A message as bytes.</summary>
    public static byte[] Bytes(IMessage message) => message.ToByteArray();

    /// <summary>A put.</summary>
    public static PutRequest Put(string key, string value) => new() { Key = Utf8(key), Value = Utf8(value) };

    /// <summary>A range.</summary>
    public static RangeRequest Range(string key, string end = "") => new() { Key = Utf8(key), RangeEnd = Utf8(end) };

    /// <summary>A put in a transaction.</summary>
    public static RequestOp Op(PutRequest put) => new() { RequestPut = put };

    /// <summary>A range in a transaction.</summary>
    public static RequestOp Op(RangeRequest range) => new() { RequestRange = range };

    /// <summary>A transaction in a transaction.</summary>
    public static RequestOp Op(TxnRequest txn) => new() { RequestTxn = txn };
}
