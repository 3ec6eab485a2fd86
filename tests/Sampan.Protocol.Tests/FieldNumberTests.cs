using Google.Protobuf.Reflection;
using Sampan.Protocol.Etcd;
using Sampan.Protocol.Mvcc;

namespace Sampan.Protocol.Tests;

/// <summary>Pins what clients in other languages were compiled with.</summary>
public sealed class FieldNumberTests
{
    [Fact]
    public void Field_numbers_are_those_of_etcd()
    {
        Assert.Equal("key=1 create_revision=2 mod_revision=3 version=4 value=5 lease=6", Fields(KeyValue.Descriptor));
        Assert.Equal("type=1 kv=2 prev_kv=3", Fields(Event.Descriptor));
        Assert.Equal("cluster_id=1 member_id=2 revision=3 raft_term=4", Fields(ResponseHeader.Descriptor));
        Assert.Equal(
            "key=1 range_end=2 limit=3 revision=4 sort_order=5 sort_target=6 serializable=7 keys_only=8 count_only=9 "
            + "min_mod_revision=10 max_mod_revision=11 min_create_revision=12 max_create_revision=13",
            Fields(RangeRequest.Descriptor));
        Assert.Equal("header=1 kvs=2 more=3 count=4", Fields(RangeResponse.Descriptor));
        Assert.Equal(
            "key=1 value=2 lease=3 prev_kv=4 ignore_value=5 ignore_lease=6", Fields(PutRequest.Descriptor));
        Assert.Equal("header=1 deleted=2 prev_kvs=3", Fields(DeleteRangeResponse.Descriptor));
        Assert.Equal(
            "result=1 target=2 key=3 version=4 create_revision=5 mod_revision=6 value=7 lease=8 range_end=64",
            Fields(Compare.Descriptor));
        Assert.Equal(
            "request_range=1 request_put=2 request_delete_range=3 request_txn=4", Fields(RequestOp.Descriptor));
        Assert.Equal("header=1 hash=2 compact_revision=3 hash_revision=4", Fields(HashKVResponse.Descriptor));
        Assert.Equal("ID=1 name=2 peerURLs=3 clientURLs=4 isLearner=5", Fields(Member.Descriptor));
        Assert.Equal(
            "header=1 version=2 dbSize=3 leader=4 raftIndex=5 raftTerm=6 raftAppliedIndex=7 errors=8 dbSizeInUse=9 "
            + "isLearner=10 storageVersion=11 dbSizeQuota=12 downgradeInfo=13",
            Fields(StatusResponse.Descriptor));
        Assert.Equal(
            "header=1 watch_id=2 created=3 canceled=4 compact_revision=5 cancel_reason=6 fragment=7 events=11",
            Fields(WatchResponse.Descriptor));
    }

    [Fact]
    public void Services_and_methods_have_etcds_names()
    {
        var services = RpcReflection.Descriptor.Services;
        Assert.Equal(
            ["KV", "Watch", "Lease", "Cluster", "Maintenance", "Auth"], services.Select(service => service.Name));
        Assert.Equal(
            ["Range", "Put", "DeleteRange", "Txn", "Compact"], services[0].Methods.Select(method => method.Name));
        Assert.Equal("etcdserverpb.KV", services[0].FullName);
    }

    private static string Fields(MessageDescriptor message) =>
        string.Join(' ', message.Fields.InFieldNumberOrder().Select(field => $"{field.Name}={field.FieldNumber}"));
}
