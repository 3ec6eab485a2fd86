using Google.Protobuf;
using Sampan.Base;
using Sampan.Protocol.Etcd;
using static Sampan.Protocol.Etcd.Compare.Types;
using static Sampan.Protocol.Etcd.RangeRequest.Types;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>Commands of every kind from a seed, some of them broken.</summary>
internal sealed class RandomCommands
{
    private readonly Prng _prng;

    /// <summary>Commands of a seed.</summary>
    public RandomCommands(ulong seed) => _prng = new Prng(seed);

    /// <summary>The next one.</summary>
    public byte[] Next() => _prng.NextBelow(20) switch
    {
        0 => Damaged(Whole()),
        1 => [(byte)_prng.NextBelow(256), (byte)_prng.NextBelow(256)],
        _ => Whole(),
    };

    /// <summary>The bytes of a message with a few of them changed, added or lost.</summary>
    public byte[] Damaged(byte[] bytes)
    {
        var damaged = bytes.ToList();
        for (var i = _prng.NextBelow(3); i >= 0 && damaged.Count > 0; i--)
        {
            var at = _prng.NextBelow(damaged.Count);
            switch (_prng.NextBelow(3))
            {
                case 0:
                    damaged.RemoveAt(at);
                    break;
                case 1:
                    damaged.Insert(at, (byte)_prng.NextBelow(256));
                    break;
                default:
                    damaged[at] ^= (byte)(1 << _prng.NextBelow(8));
                    break;
            }
        }

        return [.. damaged];
    }

    /// <summary>A put, with anything in its fields.</summary>
    public PutRequest Put() => new()
    {
        Key = Key(),
        Value = _prng.Chance(1, 6) ? ByteString.Empty : ByteString.CopyFromUtf8($"{_prng.Next()}"),
        PrevKv = _prng.Chance(1, 3),
        IgnoreValue = _prng.Chance(1, 12),
        IgnoreLease = _prng.Chance(1, 12),
        Lease = _prng.Chance(1, 12) ? (long)_prng.Next() : 0,
    };

    /// <summary>A range, with anything in its fields.</summary>
    public RangeRequest Range() => new()
    {
        Key = Key(),
        RangeEnd = End(),
        Limit = _prng.Chance(1, 2) ? 0 : _prng.NextBelow(4),
        Revision = _prng.Chance(1, 2) ? 0 : _prng.NextBelow(300),
        KeysOnly = _prng.Chance(1, 4),
        CountOnly = _prng.Chance(1, 4),
        Serializable = _prng.Chance(1, 4),
        SortOrder = (SortOrder)_prng.NextBelow(4),
        SortTarget = (SortTarget)_prng.NextBelow(6),
        MinModRevision = _prng.Chance(1, 6) ? _prng.NextBelow(200) : 0,
    };

    private byte[] Whole() => _prng.NextBelow(12) switch
    {
        0 or 1 => EtcdCodec.Encode(EtcdCommandKind.DeleteRange, new DeleteRangeRequest
        {
            Key = Key(),
            RangeEnd = End(),
            PrevKv = _prng.Chance(1, 2),
        }.ToByteArray()),
        2 => EtcdCodec.Encode(
            EtcdCommandKind.Compaction, new CompactionRequest { Revision = _prng.NextBelow(300) }.ToByteArray()),
        3 => EtcdCodec.Encode(EtcdCommandKind.Txn, Txn(depth: 3).ToByteArray()),
        4 => EtcdCodec.EncodeTxn(_prng.NextBelow(40), Txn(depth: 3).ToByteArray()),
        5 => EtcdCodec.Encode(EtcdCommandKind.PublishMember, new Member
        {
            ID = (ulong)_prng.NextBelow(3),
            Name = $"m{_prng.NextBelow(3)}",
        }.ToByteArray()),
        _ => EtcdCodec.Encode(EtcdCommandKind.Put, Put().ToByteArray()),
    };

    private TxnRequest Txn(int depth)
    {
        var txn = new TxnRequest();
        for (var i = _prng.NextBelow(3); i > 0; i--)
        {
            txn.Compare.Add(new Compare
            {
                Target = (CompareTarget)_prng.NextBelow(6),
                Result = (CompareResult)_prng.NextBelow(5),
                Key = Key(),
                RangeEnd = _prng.Chance(1, 3) ? Key() : ByteString.Empty,
                ModRevision = _prng.NextBelow(100),
            });
        }

        foreach (var branch in new[] { txn.Success, txn.Failure })
        {
            for (var i = _prng.NextBelow(4); i > 0; i--)
            {
                branch.Add(_prng.NextBelow(depth > 0 ? 4 : 3) switch
                {
                    0 => new RequestOp { RequestRange = Range() },
                    1 => new RequestOp
                    {
                        RequestDeleteRange = new DeleteRangeRequest { Key = Key(), RangeEnd = End(), PrevKv = true },
                    },
                    2 => new RequestOp { RequestPut = Put() },
                    _ => new RequestOp { RequestTxn = Txn(depth - 1) },
                });
            }
        }

        return txn;
    }

    private ByteString End() => _prng.NextBelow(8) switch
    {
        0 => ByteString.CopyFrom(0),
        < 4 => Key(),
        _ => ByteString.Empty,
    };

    private ByteString Key() => _prng.Chance(1, 30)
        ? ByteString.Empty
        : ByteString.CopyFromUtf8($"k{_prng.NextBelow(20)}");
}
