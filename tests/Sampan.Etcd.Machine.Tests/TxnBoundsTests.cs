using System.Buffers.Binary;
using Google.Protobuf;
using Sampan.Base;
using Sampan.Protocol.Etcd;
using CompareResult = Sampan.Protocol.Etcd.Compare.Types.CompareResult;
using CompareTarget = Sampan.Protocol.Etcd.Compare.Types.CompareTarget;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>
/// Purpose: what one transaction may cost all members, and that cheap checks say what the plain ones say.
/// </summary>
public sealed class TxnBoundsTests
{
    [Fact]
    public void Tens_of_thousands_of_puts_beside_as_many_deletes_are_checked_and_applied()
    {
        // Every put compared with every delete is 1.8 billion comparisons: more than half a minute, on every member.
        const int Half = 42_000;
        var txn = new TxnRequest();
        txn.Success.Add(Nested(Enumerable.Range(0, Half).Select(i => Delete(Key(i)))));
        txn.Success.Add(Nested(Enumerable.Range(Half, Half).Select(i => Put(Key(i)))));
        Assert.Equal(EtcdError.TooManyOperations, RequestChecks.Check(txn, 128));
        var machine = new MachineUnderTest();
        Assert.Equal(EtcdError.None, machine.TryApply<TxnResponse>(EtcdCommandKind.Txn, txn, out _));
        txn.Success.Add(Put(Key(7)));
        Assert.Equal(EtcdError.DuplicateKey, machine.TryApply<TxnResponse>(EtcdCommandKind.Txn, txn, out _));
        Assert.Equal(Half, machine.Count());
    }

    [Fact]
    public void Operations_are_bounded_over_all_nesting()
    {
        // Depth and width together are within the limit, their product is not.
        Assert.Equal(EtcdError.None, RequestChecks.Check(Wide(4, 4, 4), operationsMax: 12));
        Assert.Equal(EtcdError.TooManyOperations, RequestChecks.Check(Wide(4, 4, 4, 4), operationsMax: 16));
        Assert.Equal(EtcdError.None, RequestChecks.Check(Wide(4, 4, 4, 4), operationsMax: 19));
        Assert.Equal(EtcdError.None, RequestChecks.Check(Wide(64, 64), operationsMax: 128));
        Assert.Equal(EtcdError.None, RequestChecks.Check(Wide(4, 4, 4, 4)));
    }

    [Fact]
    public void Changes_are_judged_as_by_comparing_each_with_each()
    {
        var random = new Prng(7);
        var refused = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var txn = new TxnRequest();
            txn.Success.AddRange(Branch(random, depth: 0));
            txn.Failure.AddRange(Branch(random, depth: 0));
            var expected = NaiveChanges.Of(txn.Success) is null || NaiveChanges.Of(txn.Failure) is null
                ? EtcdError.DuplicateKey
                : EtcdError.None;
            refused += expected == EtcdError.None ? 0 : 1;
            Assert.True(expected == RequestChecks.Check(txn), $"round {round}: {txn}");
        }

        Assert.InRange(refused, 2_000, 18_000);
    }

    [Fact]
    public void A_transaction_that_would_look_at_too_many_keys_changes_nothing_on_any_member()
    {
        var machine = new MachineUnderTest();
        for (var i = 0; i < 10; i++)
        {
            machine.Put($"k{i}", "v");
        }

        var txn = new TxnRequest
        {
            Compare = { All(CompareTarget.Mod, CompareResult.Greater) },
            Success = { Nested([RangeOfAll(limit: 0), Put("new")]) },
        };
        Assert.Equal([(byte)EtcdError.TooManyKeys], machine.Apply(Bounded(20, txn)));
        Assert.Equal(10, machine.Count());

        // What a branch that does not run would look at counts as well.
        txn.Failure.Add(RangeOfAll(limit: 5));
        Assert.Equal([(byte)EtcdError.TooManyKeys], machine.Apply(Bounded(25, txn)));
        Assert.Equal((byte)EtcdError.None, machine.Apply(Bounded(26, txn))[0]);
        Assert.Equal(11, machine.Count());
        Assert.Equal([(byte)EtcdError.Malformed], machine.Apply([(byte)EtcdCommandKind.BoundedTxn, 1, 2, 3]));
    }

    [Fact]
    public void A_transaction_that_only_reads_has_the_bound_of_its_store()
    {
        var machine = new MachineUnderTest();
        for (var i = 0; i < MachineUnderTest.TxnKeysMax; i++)
        {
            machine.Put($"k{i}", "v");
        }

        var txn = new TxnRequest { Success = { RangeOfAll(limit: 0) } };
        Assert.Equal(EtcdError.None, machine.Read<TxnResponse>(EtcdQueryKind.Txn, txn, out _));
        machine.Put("one more", "v");
        Assert.Equal(EtcdError.TooManyKeys, machine.Read<TxnResponse>(EtcdQueryKind.Txn, txn, out _));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(999)]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(2500)]
    public void A_compare_of_a_range_looks_at_every_key_of_it(int keys)
    {
        var machine = new MachineUnderTest();
        for (var i = 0; i < keys; i++)
        {
            machine.Put($"k{i:d5}", "v");
        }

        machine.Put("l", "v");
        var last = keys + 1;
        Assert.True(Succeeds(CompareResult.Less, last + 1));
        Assert.Equal(keys == 0, Succeeds(CompareResult.Less, Math.Max(1, last)));

        bool Succeeds(CompareResult result, long revision)
        {
            var compare = new Compare
            {
                Key = Utf8("k"),
                RangeEnd = Utf8("l"),
                Target = CompareTarget.Mod,
                Result = result,
                ModRevision = revision,
            };
            Assert.Equal(EtcdError.None, machine.Read<TxnResponse>(
                EtcdQueryKind.Txn, new TxnRequest { Compare = { compare } }, out var response));
            return response.Succeeded;
        }
    }

    private static TxnRequest Wide(params ReadOnlySpan<int> widths)
    {
        var txn = new TxnRequest();
        for (var i = 0; i < widths[0]; i++)
        {
            txn.Success.Add(widths.Length == 1
                ? new RequestOp { RequestRange = new RangeRequest { Key = Utf8("k") } }
                : new RequestOp { RequestTxn = Wide(widths[1..]) });
        }

        return txn;
    }

    private static IEnumerable<RequestOp> Branch(Prng random, int depth)
    {
        var width = random.NextBelow(depth == 0 ? 4 : 3);
        for (var i = 0; i < width; i++)
        {
            yield return random.NextBelow(depth < 3 ? 4 : 2) switch
            {
                0 => Put(Letter(random)),
                1 => Delete(Letter(random), random.NextBelow(6) switch
                {
                    0 => "\0",
                    1 => string.Empty,
                    _ => Letter(random),
                }),
                _ => new RequestOp
                {
                    RequestTxn = new TxnRequest
                    {
                        Success = { Branch(random, depth + 1) },
                        Failure = { Branch(random, depth + 1) },
                    },
                },
            };
        }
    }

    private static string Letter(Prng random) => ((char)('a' + random.NextBelow(12))).ToString();

    private static byte[] Bounded(long keysMax, TxnRequest txn) =>
        EtcdCodec.EncodeTxn(keysMax, txn.ToByteArray());

    private static Compare All(CompareTarget target, CompareResult result) =>
        new() { Key = Utf8("k"), RangeEnd = Utf8("l"), Target = target, Result = result, ModRevision = 0 };

    private static RequestOp RangeOfAll(long limit) =>
        new() { RequestRange = new RangeRequest { Key = Utf8("\0"), RangeEnd = Utf8("\0"), Limit = limit } };

    private static RequestOp Nested(IEnumerable<RequestOp> operations) =>
        new() { RequestTxn = new TxnRequest { Success = { operations } } };

    private static RequestOp Put(string key) => new() { RequestPut = new PutRequest { Key = Utf8(key) } };

    private static RequestOp Put(ByteString key) => new() { RequestPut = new PutRequest { Key = key } };

    private static RequestOp Delete(ByteString key) =>
        new() { RequestDeleteRange = new DeleteRangeRequest { Key = key } };

    private static RequestOp Delete(string key, string end) =>
        new() { RequestDeleteRange = new DeleteRangeRequest { Key = Utf8(key), RangeEnd = Utf8(end) } };

    private static ByteString Key(int number)
    {
        Span<byte> bytes = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString Utf8(string text) => ByteString.CopyFromUtf8(text);

    // The rules in their plainest form, each key beside each range.
    private sealed class NaiveChanges
    {
        private readonly List<ByteString> _puts = [];
        private readonly List<KeyRange> _deletes = [];

        // Null: a key is changed twice.
        public static NaiveChanges? Of(IReadOnlyCollection<RequestOp> branch)
        {
            var changes = new NaiveChanges();
            changes._deletes.AddRange(branch
                .Where(operation => operation.RequestDeleteRange is not null)
                .Select(operation => EtcdRanges.Of(
                    operation.RequestDeleteRange.Key, operation.RequestDeleteRange.RangeEnd)));
            return branch.Where(operation => operation.RequestTxn is not null)
                    .All(operation => changes.TakesNested(operation.RequestTxn))
                && branch.Where(operation => operation.RequestPut is not null)
                    .All(operation => changes.Takes(operation.RequestPut.Key))
                ? changes
                : null;
        }

        private bool TakesNested(TxnRequest txn)
        {
            if (Of(txn.Success) is not { } success || Of(txn.Failure) is not { } failure)
            {
                return false;
            }

            var takesAll = success._puts.Union(failure._puts).ToList().TrueForAll(Takes);
            _deletes.AddRange(success._deletes);
            _deletes.AddRange(failure._deletes);
            return takesAll;
        }

        private bool Takes(ByteString key)
        {
            if (_puts.Contains(key) || _deletes.Exists(range => range.Contains(key.Span)))
            {
                return false;
            }

            _puts.Add(key);
            return true;
        }
    }
}
