using Google.Protobuf;
using Sampan.Base;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;
using static Sampan.Protocol.Etcd.Compare.Types;
using static Sampan.Protocol.Etcd.RangeRequest.Types;

namespace Sampan.Etcd.Machine.Tests;

/// <summary>What commands do and queries answer.</summary>
public sealed class EtcdMachineTests
{
    private static readonly ByteString NoEnd = ByteString.CopyFrom(0);

    [Fact]
    public void A_put_answers_with_header_and_the_version_before()
    {
        var machine = new MachineUnderTest();
        var first = machine.Put("k", "1");
        Assert.Null(first.PrevKv);
        Assert.Equal((7UL, 8UL, 2L, 3UL), (
            first.Header.ClusterId, first.Header.MemberId, first.Header.Revision, first.Header.RaftTerm));
        var second = machine.Put("k", "2");
        Assert.Equal(("1", 1L), (second.PrevKv.Value.ToStringUtf8(), second.PrevKv.Version));
        Assert.Equal(3, second.Header.Revision);
    }

    [Fact]
    public void Ranges_are_sorted_filtered_limited_and_counted_as_etcd_does()
    {
        var machine = new MachineUnderTest();
        foreach (var (key, value) in new[] { ("a", "5"), ("b", "4"), ("c", "3"), ("d", "2"), ("e", "1"), ("b", "9") })
        {
            machine.Put(key, value);
        }

        var all = new RangeRequest { Key = Utf8("a"), RangeEnd = NoEnd };
        Assert.Equal("a=5 b=9 c=3 d=2 e=1 of 5", machine.Range(all));
        Assert.Equal("a=5 b=9 of 5 more", machine.Range(new RangeRequest(all) { Limit = 2 }));
        Assert.Equal("e=1 d=2 of 5 more", machine.Range(
            new RangeRequest(all) { Limit = 2, SortOrder = SortOrder.Descend }));
        Assert.Equal("e=1 d=2 c=3 a=5 b=9 of 5", machine.Range(
            new RangeRequest(all) { SortTarget = SortTarget.Value }));

        // Without an order only what the limit lets through, and one more, is sorted.
        Assert.Equal("c=3 a=5 of 5 more", machine.Range(
            new RangeRequest(all) { Limit = 2, SortTarget = SortTarget.Value }));
        Assert.Equal("e=1 d=2 of 5 more", machine.Range(
            new RangeRequest(all) { Limit = 2, SortTarget = SortTarget.Value, SortOrder = SortOrder.Ascend }));
        Assert.Equal("e=1 d=2 of 5 more", machine.Range(
            new RangeRequest(all) { Limit = 2, SortTarget = SortTarget.Value, MinModRevision = 1 }));
        Assert.Equal("b=9 e=1 d=2 c=3 a=5 of 5", machine.Range(
            new RangeRequest(all) { SortTarget = SortTarget.Mod, SortOrder = SortOrder.Descend }));
        Assert.Equal("b=9 a=5 c=3 d=2 e=1 of 5", machine.Range(
            new RangeRequest(all) { SortTarget = SortTarget.Version, SortOrder = SortOrder.Descend }));
        Assert.Equal("a=5 b=9 c=3 d=2 e=1 of 5", machine.Range(
            new RangeRequest(all) { SortTarget = SortTarget.Create }));
        Assert.Equal("d=2 e=1 b=9 of 5", machine.Range(
            new RangeRequest(all) { MinModRevision = 5, SortTarget = SortTarget.Mod }));
        Assert.Equal("a=5 b=9 of 5", machine.Range(new RangeRequest(all) { MaxCreateRevision = 3 }));
        Assert.Equal("a= b= c= d= e= of 5", machine.Range(new RangeRequest(all) { KeysOnly = true }));
        Assert.Equal(" of 5", machine.Range(new RangeRequest(all) { CountOnly = true }));
        Assert.Equal("a=5 b=4 c=3 of 3", machine.Range(new RangeRequest(all) { Revision = 4 }));
        Assert.Equal("b=9 c=3 of 2", machine.Range(new RangeRequest { Key = Utf8("b"), RangeEnd = Utf8("d") }));
        Assert.Equal(" of 0", machine.Range(new RangeRequest { Key = Utf8("x") }));
    }

    [Fact]
    public void A_transaction_sees_its_own_changes_and_makes_one_revision()
    {
        var machine = new MachineUnderTest();
        machine.Put("a", "1");
        var txn = new TxnRequest
        {
            Compare = { new Compare { Target = CompareTarget.Version, Key = Utf8("a"), Version = 1 } },
            Success =
            {
                PutOp("b", "2"),
                RangeOp("b"),
                new RequestOp { RequestTxn = new TxnRequest { Success = { PutOp("c", "3"), RangeOp("c") } } },
                new RequestOp { RequestDeleteRange = new DeleteRangeRequest { Key = Utf8("a"), PrevKv = true } },
            },
        };
        var response = machine.Apply<TxnResponse>(EtcdCommandKind.Txn, txn);
        Assert.True(response.Succeeded);
        Assert.Equal(3, response.Header.Revision);
        Assert.Equal("2", response.Responses[1].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.Equal("3", response.Responses[2].ResponseTxn.Responses[1].ResponseRange.Kvs[0].Value.ToStringUtf8());
        Assert.Equal("1", response.Responses[3].ResponseDeleteRange.PrevKvs[0].Value.ToStringUtf8());
        Assert.Equal("b=2 c=3 of 2", machine.Range(new RangeRequest { Key = Utf8("a"), RangeEnd = NoEnd }));
    }

    [Theory]
    [InlineData(CompareTarget.Value, CompareResult.Equal, "a", "5", true)]
    [InlineData(CompareTarget.Value, CompareResult.Greater, "a", "4", true)]
    [InlineData(CompareTarget.Value, CompareResult.Less, "a", "4", false)]
    [InlineData(CompareTarget.Value, CompareResult.NotEqual, "none", "4", false)]
    [InlineData(CompareTarget.Version, CompareResult.Equal, "none", "0", true)]
    [InlineData(CompareTarget.Version, CompareResult.Equal, "a", "2", true)]
    [InlineData(CompareTarget.Create, CompareResult.Equal, "a", "2", true)]
    [InlineData(CompareTarget.Create, CompareResult.Greater, "none", "0", false)]
    [InlineData(CompareTarget.Mod, CompareResult.NotEqual, "a", "2", true)]
    [InlineData(CompareTarget.Mod, CompareResult.Less, "a", "3", false)]
    [InlineData(CompareTarget.Lease, CompareResult.Equal, "a", "0", true)]
    public void Compares_hold_as_etcds_do(
        CompareTarget target, CompareResult result, string key, string operand, bool expected)
    {
        var machine = new MachineUnderTest();
        machine.Put("a", "4");
        machine.Put("a", "5");
        var compare = new Compare { Target = target, Result = result, Key = Utf8(key) };
        if (target == CompareTarget.Value)
        {
            compare.Value = Utf8(operand);
        }
        else
        {
            var number = long.Parse(operand, System.Globalization.CultureInfo.InvariantCulture);
            compare.Version = target == CompareTarget.Version ? number : compare.Version;
            compare.CreateRevision = target == CompareTarget.Create ? number : compare.CreateRevision;
            compare.ModRevision = target == CompareTarget.Mod ? number : compare.ModRevision;
            compare.Lease = target == CompareTarget.Lease ? number : compare.Lease;
            Select(compare, target, number);
        }

        var response = machine.Apply<TxnResponse>(EtcdCommandKind.Txn, new TxnRequest { Compare = { compare } });
        Assert.Equal(expected, response.Succeeded);
        Assert.Equal(3, response.Header.Revision);
    }

    [Fact]
    public void A_compare_of_a_range_must_hold_for_every_key()
    {
        var machine = new MachineUnderTest();
        machine.Put("a", "1");
        machine.Put("b", "1");
        machine.Put("b", "1");
        var compare = new Compare
        {
            Target = CompareTarget.Version,
            Key = Utf8("a"),
            RangeEnd = Utf8("c"),
            Version = 1,
        };
        var txn = new TxnRequest { Compare = { compare } };
        Assert.False(machine.Apply<TxnResponse>(EtcdCommandKind.Txn, txn).Succeeded);
        compare.RangeEnd = Utf8("b");
        Assert.True(machine.Apply<TxnResponse>(EtcdCommandKind.Txn, txn).Succeeded);
    }

    [Fact]
    public void What_cannot_be_done_says_so_and_changes_nothing()
    {
        var machine = new MachineUnderTest();
        machine.Put("a", "1");
        machine.Put("a", "2");
        machine.Apply<CompactionResponse>(EtcdCommandKind.Compaction, new CompactionRequest { Revision = 3 });
        var before = machine.Hash();
        Refused(EtcdError.EmptyKey, EtcdCommandKind.Put, new PutRequest());
        Refused(EtcdError.KeyNotFound, EtcdCommandKind.Put, new PutRequest { Key = Utf8("x"), IgnoreValue = true });
        Refused(EtcdError.ValueProvided, EtcdCommandKind.Put, new PutRequest
        {
            Key = Utf8("a"),
            IgnoreValue = true,
            Value = Utf8("v"),
        });
        Refused(EtcdError.LeaseNotFound, EtcdCommandKind.Put, new PutRequest { Key = Utf8("a"), Lease = 5 });
        Refused(EtcdError.LeaseProvided, EtcdCommandKind.Put, new PutRequest
        {
            Key = Utf8("a"),
            Lease = 5,
            IgnoreLease = true,
        });
        Refused(EtcdError.EmptyKey, EtcdCommandKind.DeleteRange, new DeleteRangeRequest());
        Refused(EtcdError.Compacted, EtcdCommandKind.Compaction, new CompactionRequest { Revision = 3 });
        Refused(EtcdError.FutureRevision, EtcdCommandKind.Compaction, new CompactionRequest { Revision = 9 });
        Refused(EtcdError.DuplicateKey, EtcdCommandKind.Txn, new TxnRequest
        {
            Success = { PutOp("b", "1"), PutOp("b", "2") },
        });
        Refused(EtcdError.DuplicateKey, EtcdCommandKind.Txn, new TxnRequest
        {
            Failure =
            {
                PutOp("b", "1"),
                new RequestOp
                {
                    RequestDeleteRange = new DeleteRangeRequest { Key = Utf8("a"), RangeEnd = Utf8("c") },
                },
            },
        });
        Refused(EtcdError.FutureRevision, EtcdCommandKind.Txn, new TxnRequest
        {
            Success =
            {
                PutOp("b", "1"),
                new RequestOp { RequestRange = new RangeRequest { Key = Utf8("a"), Revision = 99 } },
            },
        });
        Refused(EtcdError.KeyNotFound, EtcdCommandKind.Txn, new TxnRequest { Success = { new RequestOp() } });
        Assert.Equal([(byte)EtcdError.Malformed], machine.Apply([]));
        Assert.Equal([(byte)EtcdError.Malformed], machine.Apply([1, 0xff, 0xff]));
        Assert.Equal([(byte)EtcdError.Malformed], machine.Apply([77]));
        Assert.Equal(before, machine.Hash());
        Assert.Equal(EtcdError.Compacted, machine.Read<RangeResponse>(
            EtcdQueryKind.Range, new RangeRequest { Key = Utf8("a"), Revision = 2 }, out _));
        Assert.Equal(EtcdError.FutureRevision, machine.Read<RangeResponse>(
            EtcdQueryKind.Range, new RangeRequest { Key = Utf8("a"), Revision = 4 }, out _));

        void Refused(EtcdError expected, EtcdCommandKind kind, IMessage message) =>
            Assert.Equal(expected, machine.TryApply<PutResponse>(kind, message, out _));
    }

    [Fact]
    public void A_delete_without_end_beside_a_put_is_a_duplicate()
    {
        // etcd lets this pass and may not start again afterwards.
        var machine = new MachineUnderTest();
        machine.Put("b", "1");
        var delete = new RequestOp
        {
            RequestDeleteRange = new DeleteRangeRequest { Key = Utf8("a"), RangeEnd = NoEnd },
        };
        var keep = new RequestOp { RequestPut = new PutRequest { Key = Utf8("b"), IgnoreValue = true } };
        Assert.Equal(EtcdError.DuplicateKey, machine.TryApply<TxnResponse>(
            EtcdCommandKind.Txn, new TxnRequest { Success = { delete, keep } }, out _));
        Assert.Equal("b=1 of 1", machine.Range(new RangeRequest { Key = Utf8("b") }));
    }

    [Fact]
    public void Of_two_complaints_the_one_is_told_that_etcd_tells()
    {
        var machine = new MachineUnderTest();
        var put = new PutRequest { Key = Utf8("none"), IgnoreValue = true, Lease = 5 };
        Assert.Equal(EtcdError.LeaseNotFound, machine.TryApply<PutResponse>(EtcdCommandKind.Put, put, out _));
        var read = new RequestOp { RequestRange = new RangeRequest { Key = Utf8("k"), Revision = 99 } };
        var txn = new TxnRequest { Success = { read, new RequestOp { RequestPut = put } } };
        Assert.Equal(EtcdError.KeyNotFound, machine.TryApply<TxnResponse>(EtcdCommandKind.Txn, txn, out _));
    }

    [Fact]
    public void A_put_may_keep_the_old_value()
    {
        var machine = new MachineUnderTest();
        machine.Put("a", "1");
        machine.Apply<PutResponse>(EtcdCommandKind.Put, new PutRequest { Key = Utf8("a"), IgnoreValue = true });
        Assert.Equal("a=1 of 1", machine.Range(new RangeRequest { Key = Utf8("a") }));
    }

    [Fact]
    public void A_damaged_snapshot_is_refused()
    {
        var machine = new MachineUnderTest();
        machine.Apply<MemberListResponse>(EtcdCommandKind.PublishMember, new Member { ID = 5, Name = "five" });
        for (var i = 0; i < 20; i++)
        {
            machine.Put($"key{i % 7}", $"value{i}");
        }

        var bytes = machine.Snapshot().Bytes;
        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<StorageDamagedException>(
                () => new MachineUnderTest().Install(new MemorySnapshotFile(bytes[..length])));
        }

        Assert.Throws<StorageDamagedException>(
            () => new MachineUnderTest().Install(new MemorySnapshotFile([.. bytes, 0])));
        var prng = new Prng(1);
        for (var i = 0; i < 2_000; i++)
        {
            var changed = bytes.ToArray();
            changed[prng.NextBelow(changed.Length)] ^= (byte)(1 << prng.NextBelow(8));
            try
            {
                // A changed value cannot be told here: the manifest's CRC tells it. It must only never do worse.
                new MachineUnderTest().Install(new MemorySnapshotFile(changed));
            }
            catch (StorageDamagedException exception)
            {
                Assert.Contains("damaged", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void Members_publish_themselves()
    {
        var machine = new MachineUnderTest();
        machine.Apply<MemberListResponse>(EtcdCommandKind.PublishMember, new Member { ID = 5, Name = "five" });
        machine.Apply<MemberListResponse>(EtcdCommandKind.PublishMember, new Member { ID = 5, Name = "cinq" });
        var other = new MachineUnderTest();
        other.Install(machine.Snapshot());
        Assert.Equal(EtcdError.None, other.Read<MemberListResponse>(
            EtcdQueryKind.MemberList, new MemberListRequest(), out var list));
        Assert.Equal("cinq", Assert.Single(list.Members).Name);
    }

    [Fact]
    public void Only_a_transaction_that_reads_may_be_a_query()
    {
        var machine = new MachineUnderTest();
        machine.Put("a", "1");
        Assert.Equal(EtcdError.None, machine.Read<TxnResponse>(
            EtcdQueryKind.Txn, new TxnRequest { Success = { RangeOp("a") } }, out var response));
        Assert.Equal(1, response.Responses[0].ResponseRange.Count);
        Assert.Equal(EtcdError.Malformed, machine.Read<TxnResponse>(
            EtcdQueryKind.Txn, new TxnRequest { Success = { PutOp("a", "2") } }, out _));
    }

    [Theory]
    [InlineData(3, 0, 3, EtcdError.None)]
    [InlineData(4, 0, 3, EtcdError.TooManyOperations)]
    [InlineData(2, 1, 3, EtcdError.None)]
    [InlineData(2, 2, 3, EtcdError.TooManyOperations)]
    public void Operations_are_counted_with_what_is_nested(int outer, int inner, int max, EtcdError expected)
    {
        var txn = new TxnRequest();
        for (var i = 0; i < outer; i++)
        {
            txn.Success.Add(RangeOp("k"));
        }

        if (inner > 0)
        {
            var nested = new TxnRequest();
            for (var i = 0; i < inner; i++)
            {
                nested.Failure.Add(RangeOp("k"));
            }

            txn.Success[0] = new RequestOp { RequestTxn = nested };
        }

        Assert.Equal(expected, RequestChecks.Check(txn, max));
    }

    [Fact]
    public void Large_reads_are_answered_from_a_view_of_their_moment()
    {
        var machine = new MachineUnderTest();
        for (var i = 0; i < 9; i++)
        {
            machine.Put($"k{i}", "v");
        }

        var all = new RangeRequest { Key = Utf8("k"), RangeEnd = NoEnd };
        Assert.True(machine.IsDeferred(EtcdQueryKind.Range, all));
        Assert.True(machine.IsDeferred(EtcdQueryKind.Range, new RangeRequest(all) { Limit = 1, Revision = 3 }));
        Assert.False(machine.IsDeferred(EtcdQueryKind.Range, new RangeRequest(all) { Limit = 4 }));
        Assert.False(machine.IsDeferred(EtcdQueryKind.Range, new RangeRequest(all) { CountOnly = true }));
        Assert.False(machine.IsDeferred(EtcdQueryKind.Range, new RangeRequest { Key = Utf8("k") }));
        var txn = new TxnRequest
        {
            Compare = { new Compare { Target = CompareTarget.Version, Key = Utf8("k1"), Version = 1 } },
            Success = { new RequestOp { RequestRange = all } },
        };
        Assert.True(machine.IsDeferred(EtcdQueryKind.Txn, txn));
        Assert.Equal(EtcdError.None, machine.Read<TxnResponse>(EtcdQueryKind.Txn, txn, out var response));
        Assert.Equal((9, 10), (response.Responses[0].ResponseRange.Count, response.Header.Revision));
        txn.Success[0].RequestRange.Revision = 11;
        Assert.Equal(EtcdError.FutureRevision, machine.Read<TxnResponse>(EtcdQueryKind.Txn, txn, out _));
    }

    [Fact]
    public void A_transaction_that_only_compares_is_not_serializable()
    {
        var read = new RequestOp { RequestRange = new RangeRequest { Key = Utf8("k"), Serializable = true } };
        var compare = new Compare { Key = Utf8("k") };
        Assert.False(RequestChecks.IsSerializable(new TxnRequest { Compare = { compare } }));
        Assert.True(RequestChecks.IsSerializable(new TxnRequest()));
        Assert.True(RequestChecks.IsSerializable(new TxnRequest { Success = { read } }));
        Assert.True(RequestChecks.IsSerializable(new TxnRequest
        {
            Failure = { new RequestOp { RequestTxn = new TxnRequest { Success = { read } } } },
        }));
        Assert.False(RequestChecks.IsSerializable(new TxnRequest { Success = { read }, Failure = { RangeOp("k") } }));
    }

    [Fact]
    public void A_nested_transaction_may_put_what_its_other_branch_puts()
    {
        var nested = new RequestOp
        {
            RequestTxn = new TxnRequest { Success = { PutOp("a", "1") }, Failure = { PutOp("a", "2") } },
        };
        Assert.Equal(EtcdError.None, RequestChecks.Check(new TxnRequest { Success = { nested } }, 9));
        Assert.Equal(EtcdError.DuplicateKey, RequestChecks.Check(
            new TxnRequest { Success = { nested, PutOp("a", "3") } }, 9));
        Assert.Equal(EtcdError.DuplicateKey, RequestChecks.Check(
            new TxnRequest { Success = { nested, nested } }, 9));
    }

    private static void Select(Compare compare, CompareTarget target, long number)
    {
        // Setting one clears the others, since only one of them is sent.
        switch (target)
        {
            case CompareTarget.Version:
                compare.Version = number;
                break;
            case CompareTarget.Create:
                compare.CreateRevision = number;
                break;
            case CompareTarget.Mod:
                compare.ModRevision = number;
                break;
            default:
                compare.Lease = number;
                break;
        }
    }

    private static ByteString Utf8(string text) => ByteString.CopyFromUtf8(text);

    private static RequestOp PutOp(string key, string value) =>
        new() { RequestPut = new PutRequest { Key = Utf8(key), Value = Utf8(value) } };

    private static RequestOp RangeOp(string key) => new() { RequestRange = new RangeRequest { Key = Utf8(key) } };
}
