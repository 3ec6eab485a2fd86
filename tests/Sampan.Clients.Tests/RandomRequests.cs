using Google.Protobuf;
using Sampan.Base;
using Sampan.Protocol.Etcd;
using static Sampan.Protocol.Etcd.Compare.Types;
using static Sampan.Protocol.Etcd.RangeRequest.Types;

namespace Sampan.Clients.Tests;

/// <summary>
/// Requests of every kind for keys, sensible and not, from a seed. There are few keys, so that they meet often, and so
/// that etcd's sort keeps the order of equal ones.
/// </summary>
internal sealed class RandomRequests
{
    private const int Keys = 6;

    private readonly Prng _prng;

    /// <summary>Requests of a seed.</summary>
    public RandomRequests(ulong seed) => _prng = new Prng(seed);

    /// <summary>The next request, and the method it is for.</summary>
    /// <param name="revision">About where the store is.</param>
    public (string Method, IMessage Request) Next(long revision) => _prng.NextBelow(20) switch
    {
        0 => ("Compact", new CompactionRequest
        {
            Revision = revision - 30 + _prng.NextBelow(32),
            Physical = _prng.Chance(1, 2),
        }),
        1 or 2 => ("DeleteRange", Delete()),
        < 8 => ("Range", Range(revision)),
        < 13 => ("Txn", Txn(revision, depth: 2)),
        _ => ("Put", Put()),
    };

    private PutRequest Put()
    {
        var ignoresValue = _prng.Chance(1, 8);
        return new PutRequest
        {
            Key = Key(),
            Value = ignoresValue && !_prng.Chance(1, 4) ? ByteString.Empty : Value(),
            PrevKv = _prng.Chance(1, 3),
            IgnoreValue = ignoresValue,
            IgnoreLease = _prng.Chance(1, 10),
            Lease = _prng.Chance(1, 20) ? 1 + _prng.NextBelow(9) : 0,
        };
    }

    private DeleteRangeRequest Delete() => new() { Key = Key(), RangeEnd = End(), PrevKv = _prng.Chance(1, 2) };

    // Never without end: beside a put that is refused here, but not by etcd, which does not survive it.
    private DeleteRangeRequest DeleteInTxn()
    {
        var delete = Delete();
        delete.RangeEnd = delete.RangeEnd.Length == 1 ? ByteString.CopyFromUtf8("l") : delete.RangeEnd;
        return delete;
    }

    private RangeRequest Range(long revision) => new()
    {
        Key = Key(),
        RangeEnd = End(),
        Limit = _prng.Chance(1, 2) ? 0 : _prng.NextBelow(5) - 1,
        Revision = _prng.Chance(1, 2) ? 0 : revision - 40 + _prng.NextBelow(42),
        KeysOnly = _prng.Chance(1, 5),
        CountOnly = _prng.Chance(1, 8),
        Serializable = _prng.Chance(1, 4),
        SortOrder = (SortOrder)_prng.NextBelow(3),
        SortTarget = (SortTarget)_prng.NextBelow(5),
        MinModRevision = Bound(revision),
        MaxModRevision = Bound(revision),
        MinCreateRevision = Bound(revision),
        MaxCreateRevision = Bound(revision),
    };

    private TxnRequest Txn(long revision, int depth)
    {
        var txn = new TxnRequest();
        for (var i = _prng.NextBelow(3); i > 0; i--)
        {
            txn.Compare.Add(Compare(revision));
        }

        foreach (var branch in new[] { txn.Success, txn.Failure })
        {
            for (var i = _prng.NextBelow(4); i > 0; i--)
            {
                branch.Add(Operation(revision, depth));
            }
        }

        return txn;
    }

    private RequestOp Operation(long revision, int depth) => _prng.NextBelow(depth > 0 ? 12 : 10) switch
    {
        < 4 => new RequestOp { RequestRange = Range(_prng.Chance(1, 4) ? revision : 40) },
        < 6 => new RequestOp { RequestDeleteRange = DeleteInTxn() },
        < 9 => new RequestOp { RequestPut = Put() },
        9 when _prng.Chance(1, 10) => new RequestOp(),
        9 => new RequestOp { RequestPut = Put() },
        _ => new RequestOp { RequestTxn = Txn(revision, depth - 1) },
    };

    private Compare Compare(long revision)
    {
        var compare = new Compare
        {
            Target = (CompareTarget)_prng.NextBelow(5),
            Result = (CompareResult)_prng.NextBelow(4),
            Key = Key(),
            RangeEnd = _prng.Chance(1, 3) ? End() : ByteString.Empty,
        };

        // Most name the operand that the target asks for, some another, some none.
        switch (_prng.Chance(1, 6) ? (CompareTarget)_prng.NextBelow(6) : compare.Target)
        {
            case CompareTarget.Version:
                compare.Version = _prng.NextBelow(4);
                break;
            case CompareTarget.Create:
                compare.CreateRevision = _prng.Chance(1, 3) ? 0 : revision - _prng.NextBelow(20);
                break;
            case CompareTarget.Mod:
                compare.ModRevision = _prng.Chance(1, 3) ? 0 : revision - _prng.NextBelow(20);
                break;
            case CompareTarget.Value:
                compare.Value = Value();
                break;
            case CompareTarget.Lease:
                compare.Lease = _prng.NextBelow(2);
                break;
            default:
                break;
        }

        return compare;
    }

    private long Bound(long revision) => _prng.Chance(1, 8) ? revision - 20 + _prng.NextBelow(22) : 0;

    private ByteString Value() => ByteString.CopyFromUtf8($"{_prng.NextBelow(5)}");

    private ByteString Key() => _prng.Chance(1, 60)
        ? ByteString.Empty
        : ByteString.CopyFromUtf8($"k{_prng.NextBelow(Keys)}");

    private ByteString End() => _prng.NextBelow(6) switch
    {
        0 => ByteString.CopyFrom(0),
        1 or 2 => ByteString.CopyFromUtf8($"k{_prng.NextBelow(Keys)}"),
        _ => ByteString.Empty,
    };
}
