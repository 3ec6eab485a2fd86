using Google.Protobuf;
using Sampan.Etcd.Tests.Fixture;
using Sampan.Grpc;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;
using static Sampan.Etcd.Tests.Fixture.Requests;
using static Sampan.Protocol.Etcd.Compare.Types;
using static Sampan.Protocol.Etcd.RangeRequest.Types;

namespace Sampan.Etcd.Tests;

/// <summary>Purpose: keys are served as etcd serves them, and what is wrong is refused in its words.</summary>
public sealed class KvDoorTests
{
    private readonly DoorUnderTest _door = new();

    /// <summary>Requests that are refused before anything is proposed.</summary>
    public static TheoryData<string, string, byte[], GrpcStatusCode, string> Refusals { get; } = new()
    {
        { "put without key", "KV/Put", Bytes(new PutRequest()), GrpcStatusCode.InvalidArgument, "key is not provided" },
        {
            "value beside ignore_value", "KV/Put", Bytes(new PutRequest(Put("k", "v")) { IgnoreValue = true }),
            GrpcStatusCode.InvalidArgument, "value is provided"
        },
        {
            "lease beside ignore_lease", "KV/Put",
            Bytes(new PutRequest(Put("k", "v")) { IgnoreLease = true, Lease = 1 }), GrpcStatusCode.InvalidArgument,
            "lease is provided"
        },
        {
            "too large", "KV/Put", Bytes(Put("k", new string('v', 1_572_864))), GrpcStatusCode.InvalidArgument,
            "request is too large"
        },
        {
            "range without key", "KV/Range", Bytes(new RangeRequest()), GrpcStatusCode.InvalidArgument,
            "key is not provided"
        },
        {
            "unknown sort order", "KV/Range", Bytes(new RangeRequest(Range("k")) { SortOrder = (SortOrder)3 }),
            GrpcStatusCode.InvalidArgument, "invalid sort option"
        },
        {
            "unknown sort target", "KV/Range", Bytes(new RangeRequest(Range("k")) { SortTarget = (SortTarget)9 }),
            GrpcStatusCode.InvalidArgument, "invalid sort option"
        },
        {
            "delete without key", "KV/DeleteRange", Bytes(new DeleteRangeRequest { RangeEnd = Utf8("z") }),
            GrpcStatusCode.InvalidArgument, "key is not provided"
        },
        {
            "compare without key", "KV/Txn", Bytes(new TxnRequest { Compare = { new Compare() } }),
            GrpcStatusCode.InvalidArgument, "key is not provided"
        },
        {
            "operation without key", "KV/Txn", Bytes(new TxnRequest { Failure = { Op(Put(string.Empty, "v")) } }),
            GrpcStatusCode.InvalidArgument, "key is not provided"
        },
        {
            "empty operation", "KV/Txn", Bytes(new TxnRequest { Success = { new RequestOp() } }),
            GrpcStatusCode.InvalidArgument, "key not found"
        },
        {
            "129 operations", "KV/Txn",
            Bytes(new TxnRequest { Success = { Enumerable.Range(0, 129).Select(i => Op(Put($"{i}", "v"))) } }),
            GrpcStatusCode.InvalidArgument, "too many operations in txn request"
        },
        {
            "129 nested operations", "KV/Txn",
            Bytes(new TxnRequest
            {
                Success =
                {
                    Op(new TxnRequest { Failure = { Enumerable.Range(0, 128).Select(i => Op(Put($"{i}", "v"))) } }),
                },
            }),
            GrpcStatusCode.InvalidArgument, "too many operations in txn request"
        },
        {
            "one key put twice", "KV/Txn", Bytes(new TxnRequest { Success = { Op(Put("k", "1")), Op(Put("k", "2")) } }),
            GrpcStatusCode.InvalidArgument, "duplicate key given in txn request"
        },
    };

    [Theory]
    [MemberData(nameof(Refusals))]
    public async Task What_is_wrong_with_a_request_is_told_at_the_door(
        string what, string method, byte[] request, GrpcStatusCode code, string text)
    {
        Assert.NotEmpty(what);
        var answer = await _door.CallAsync(method, request, CancellationToken.None);
        answer.IsRefused(code, $"etcdserver: {text}");
        Assert.Equal((0, 0), (_door.Group.Proposals, _door.Group.Reads.Count));
    }

    [Theory]
    [InlineData("KV/Put")]
    [InlineData("KV/Range")]
    [InlineData("KV/DeleteRange")]
    [InlineData("KV/Txn")]
    [InlineData("KV/Compact")]
    [InlineData("Maintenance/HashKV")]
    [InlineData("Maintenance/Status")]
    [InlineData("Cluster/MemberList")]
    public async Task Bytes_that_are_no_message_are_told_as_gRPC_tells_them(string method)
    {
        var answer = await _door.CallAsync(method, [0xff, 0xff, 0xff], CancellationToken.None);
        Assert.Equal(GrpcStatusCode.Internal, answer.Code);
        Assert.StartsWith("grpc: error unmarshalling request: ", answer.Message, StringComparison.Ordinal);
        Assert.Equal(0, _door.Group.Proposals);
    }

    [Fact]
    public async Task What_the_store_refuses_has_etcds_codes_and_texts()
    {
        for (var i = 0; i < 4; i++)
        {
            await _door.CallAsync("KV/Put", Put("k", $"{i}"));
        }

        (await _door.CallAsync("KV/Compact", new CompactionRequest { Revision = 4 })).As<CompactionResponse>();
        const string Compacted = "etcdserver: mvcc: required revision has been compacted";
        const string Future = "etcdserver: mvcc: required revision is a future revision";
        await Refused("KV/Compact", new CompactionRequest { Revision = 4 }, GrpcStatusCode.OutOfRange, Compacted);
        await Refused("KV/Compact", new CompactionRequest { Revision = 6 }, GrpcStatusCode.OutOfRange, Future);
        await Refused(
            "KV/Range", new RangeRequest(Range("k")) { Revision = 3 }, GrpcStatusCode.OutOfRange, Compacted);
        await Refused("KV/Range", new RangeRequest(Range("k")) { Revision = 6 }, GrpcStatusCode.OutOfRange, Future);
        await Refused(
            "KV/Txn",
            new TxnRequest { Success = { Op(Put("a", "1")), Op(new RangeRequest(Range("k")) { Revision = 3 }) } },
            GrpcStatusCode.OutOfRange,
            Compacted);
        await Refused(
            "KV/Put",
            new PutRequest { Key = Utf8("none"), IgnoreValue = true },
            GrpcStatusCode.InvalidArgument,
            "etcdserver: key not found");
        await Refused(
            "KV/Put",
            new PutRequest(Put("k", "v")) { Lease = 9 },
            GrpcStatusCode.NotFound,
            "etcdserver: requested lease not found");
        await Refused(
            "Maintenance/HashKV", new HashKVRequest { Revision = 3 }, GrpcStatusCode.OutOfRange, Compacted);
        await Refused(
            "Maintenance/HashKV", new HashKVRequest { Revision = 4 }, GrpcStatusCode.OutOfRange, Compacted);
        (await _door.CallAsync("Maintenance/HashKV", new HashKVRequest { Revision = 5 })).As<HashKVResponse>();
        await Refused("Maintenance/HashKV", new HashKVRequest { Revision = 6 }, GrpcStatusCode.OutOfRange, Future);

        async Task Refused(string method, IMessage request, GrpcStatusCode code, string text) =>
            (await _door.CallAsync(method, request)).IsRefused(code, text);
    }

    [Fact]
    public async Task Keys_are_put_read_changed_and_deleted()
    {
        var put = (await _door.CallAsync("KV/Put", Put("a", "1"))).As<PutResponse>();
        Assert.Equal(
            new ResponseHeader { ClusterId = 77, MemberId = 1, Revision = 2, RaftTerm = 4 }, put.Header);
        var txn = new TxnRequest
        {
            Compare = { new Compare { Target = CompareTarget.Value, Key = Utf8("a"), Value = Utf8("1") } },
            Success = { Op(Put("b", "2")), Op(Range("a")) },
        };
        Assert.True((await _door.CallAsync("KV/Txn", txn)).As<TxnResponse>().Succeeded);
        var range = (await _door.CallAsync("KV/Range", Range("a", "z"))).As<RangeResponse>();
        Assert.Equal(["1", "2"], range.Kvs.Select(pair => pair.Value.ToStringUtf8()));
        var delete = new DeleteRangeRequest { Key = Utf8("a"), RangeEnd = Utf8("z"), PrevKv = true };
        var deleted = (await _door.CallAsync("KV/DeleteRange", delete)).As<DeleteRangeResponse>();
        Assert.Equal((2, 2, 4), (deleted.Deleted, deleted.PrevKvs.Count, deleted.Header.Revision));
        Assert.Equal(0, (await _door.CallAsync("KV/Range", Range("a"))).As<RangeResponse>().Count);
    }

    [Fact]
    public async Task A_transaction_may_look_at_so_many_keys_and_no_more()
    {
        var door = new DoorUnderTest(options => options with { TxnKeysMax = 3 });
        foreach (var key in new[] { "a", "b", "c" })
        {
            await door.CallAsync("KV/Put", Put(key, "1"));
        }

        var txn = new TxnRequest
        {
            Compare = { new Compare { Key = Utf8("a"), RangeEnd = Utf8("z"), Target = CompareTarget.Create } },
        };
        Assert.False((await door.CallAsync("KV/Txn", txn)).As<TxnResponse>().Succeeded);
        txn.Success.Add(Op(Put("d", "1")));
        var refused = await door.CallAsync("KV/Txn", txn);
        refused.IsRefused(
            GrpcStatusCode.InvalidArgument,
            "sampan: the compares and ranges of the transaction look at too many keys");
        Assert.Equal(0, (await door.CallAsync("KV/Range", Range("d"))).As<RangeResponse>().Count);
    }

    [Fact]
    public async Task Reads_are_as_fresh_as_they_ask()
    {
        await _door.CallAsync("KV/Range", Range("a"));
        await _door.CallAsync("KV/Range", new RangeRequest(Range("a")) { Serializable = true });
        await _door.CallAsync("KV/Range", new RangeRequest(Range("a", "b")) { Serializable = true, Limit = 1 });
        var local = Op(new RangeRequest(Range("a")) { Serializable = true });
        await _door.CallAsync("KV/Txn", new TxnRequest { Success = { local } });
        await _door.CallAsync("KV/Txn", new TxnRequest { Success = { local }, Failure = { Op(Range("a")) } });
        await _door.CallAsync("KV/Txn", new TxnRequest());
        await _door.CallAsync("KV/Txn", new TxnRequest { Compare = { new Compare { Key = Utf8("a") } } });
        const ReadConsistency Local = ReadConsistency.Local;
        const ReadConsistency Fresh = ReadConsistency.Linearizable;
        Assert.Equal([Fresh, Local, Local, Local, Fresh, Local, Fresh], _door.Group.Reads);
        Assert.Equal(0, _door.Group.Proposals);
    }

    [Fact]
    public async Task A_large_range_comes_whole()
    {
        for (var i = 0; i < 9; i++)
        {
            await _door.CallAsync("KV/Put", Put($"k{i}", "v"));
        }

        Assert.Equal(9, (await _door.CallAsync("KV/Range", Range("k", "l"))).As<RangeResponse>().Kvs.Count);
        var txn = new TxnRequest { Success = { Op(Range("k", "l")) } };
        var response = (await _door.CallAsync("KV/Txn", txn)).As<TxnResponse>();
        Assert.Equal(9, response.Responses[0].ResponseRange.Count);
        Assert.Equal(10, response.Header.Revision);
    }

    [Fact]
    public async Task A_physical_compaction_has_freed_what_it_can_when_it_answers()
    {
        for (var i = 0; i < 50; i++)
        {
            await _door.CallAsync("KV/Put", Put("k", new string('v', 1000)));
        }

        var before = (await _door.CallAsync("Maintenance/Status", new StatusRequest())).As<StatusResponse>().DbSize;
        (await _door.CallAsync("KV/Compact", new CompactionRequest { Revision = 51, Physical = true }))
            .As<CompactionResponse>();
        var after = (await _door.CallAsync("Maintenance/Status", new StatusRequest())).As<StatusResponse>().DbSize;
        Assert.True(before > 50_000 && after < 2_000, $"{before}, then {after}");
    }

    [Fact]
    public async Task Beyond_the_quota_nothing_is_put_until_a_compaction_makes_room()
    {
        var door = new DoorUnderTest(options => options with { QuotaBytes = 10_000 });
        for (var i = 0; i < 20; i++)
        {
            (await door.CallAsync("KV/Put", Put("k", new string('v', 1000)))).As<PutResponse>();
        }

        const string NoSpace = "etcdserver: mvcc: database space exceeded";
        door.Advance(TimeSpan.FromSeconds(1));
        (await door.CallAsync("KV/Put", Put("k", "v"))).IsRefused(GrpcStatusCode.ResourceExhausted, NoSpace);
        (await door.CallAsync("KV/Txn", new TxnRequest { Failure = { Op(Put("k", "v")) } }))
            .IsRefused(GrpcStatusCode.ResourceExhausted, NoSpace);
        var alarms = (await door.CallAsync("Maintenance/Alarm", new AlarmRequest())).As<AlarmResponse>();
        Assert.Equal(AlarmType.Nospace, Assert.Single(alarms.Alarms).Alarm);
        var corrupt = new AlarmRequest { Alarm = AlarmType.Corrupt };
        Assert.Empty((await door.CallAsync("Maintenance/Alarm", corrupt)).As<AlarmResponse>().Alarms);
        var status = (await door.CallAsync("Maintenance/Status", new StatusRequest())).As<StatusResponse>();
        Assert.Equal("memberID:1 alarm:NOSPACE ", Assert.Single(status.Errors));

        // Reads, deletes and compactions go on; the last one is not physical, and nothing else is applied.
        (await door.CallAsync("KV/Range", Range("k"))).As<RangeResponse>();
        (await door.CallAsync("KV/DeleteRange", new DeleteRangeRequest { Key = Utf8("x") })).As<DeleteRangeResponse>();
        (await door.CallAsync("KV/Compact", new CompactionRequest { Revision = 21 })).As<CompactionResponse>();
        door.Advance(TimeSpan.FromSeconds(1));
        (await door.CallAsync("KV/Put", Put("k", "v"))).As<PutResponse>();
        Assert.Empty((await door.CallAsync("Maintenance/Alarm", new AlarmRequest())).As<AlarmResponse>().Alarms);
    }
}
