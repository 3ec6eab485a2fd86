using System.Globalization;
using System.Text;
using Google.Protobuf;
using Sampan.Base;
using Sampan.Protocol.Etcd;

namespace Sampan.Cli.Bench;

/// <summary>The requests of a load, encoded. Any thread.</summary>
internal sealed class LoadRequests
{
    /// <summary>The path of transactions.</summary>
    public const string TxnPath = "/etcdserverpb.KV/Txn";

    private const string PutPath = "/etcdserverpb.KV/Put";
    private const string RangePath = "/etcdserverpb.KV/Range";
    private const string KeyPrefix = "k";
    private const string KeyEnd = "l";
    private const int PageKeys = 100;
    private const int GetsForAPut = 9;

    private readonly LoadOptions _options;
    private readonly ByteString _value;

    /// <summary>Requests as the options ask for.</summary>
    public LoadRequests(LoadOptions options)
    {
        _options = options;
        var value = new byte[options.ValueBytes];
        new Prng(1).Fill(value);
        _value = UnsafeByteOperations.UnsafeWrap(value);
    }

    /// <summary>A random request.</summary>
    public (string Path, byte[] Request) Next(Prng prng)
    {
        var key = prng.NextBelow(_options.Keys);
        var isPut = _options.Kind == LoadKind.Put
            || (_options.Kind == LoadKind.Mixed && prng.NextBelow(GetsForAPut + 1) == 0);
        return isPut ? (PutPath, PutOf(key).ToByteArray()) : (RangePath, RangeOf(key).ToByteArray());
    }

    /// <summary>A transaction that puts these keys.</summary>
    public byte[] Fill(int firstKey, int endKey)
    {
        var txn = new TxnRequest();
        for (var key = firstKey; key < endKey; key++)
        {
            txn.Success.Add(new RequestOp { RequestPut = PutOf(key) });
        }

        return txn.ToByteArray();
    }

    private RangeRequest RangeOf(int key) => _options.Kind == LoadKind.Page
        ? new RangeRequest
        {
            Key = ByteString.CopyFromUtf8(KeyPrefix),
            RangeEnd = ByteString.CopyFromUtf8(KeyEnd),
            Limit = PageKeys,
            Serializable = _options.IsSerializable,
        }
        : new RangeRequest { Key = KeyOf(key), Serializable = _options.IsSerializable };

    private PutRequest PutOf(int key) => new() { Key = KeyOf(key), Value = _value };

    private ByteString KeyOf(int key)
    {
        var digits = key.ToString(CultureInfo.InvariantCulture).PadLeft(_options.KeyBytes - KeyPrefix.Length, '0');
        return ByteString.CopyFrom(KeyPrefix + digits, Encoding.ASCII);
    }
}
