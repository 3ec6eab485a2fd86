using Sampan.Etcd.Machine;
using Sampan.Etcd.Tests.Fixture;
using Sampan.Grpc;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;
using static Sampan.Etcd.Tests.Fixture.Requests;
using AlarmAction = Sampan.Protocol.Etcd.AlarmRequest.Types.AlarmAction;
using Member = Sampan.Protocol.Etcd.Member;

namespace Sampan.Etcd.Tests;

/// <summary>Purpose: operators are told what is, and plainly what is not there.</summary>
public sealed class MaintenanceDoorTests
{
    private readonly DoorUnderTest _door = new();

    [Fact]
    public async Task Status_tells_of_this_member()
    {
        await _door.CallAsync("KV/Put", Put("k", "v"));
        _door.Group.Leader = new ReplicaId(102);
        var status = (await _door.CallAsync("Maintenance/Status", new StatusRequest())).As<StatusResponse>();
        Assert.Equal("3.5.0", status.Version);
        Assert.Equal((2UL, 5UL, 3UL, 1UL), (status.Leader, status.RaftTerm, status.RaftIndex, status.RaftAppliedIndex));
        Assert.True(status.DbSize > 0 && status.DbSizeInUse == status.DbSize);
        Assert.False(status.IsLearner);
        Assert.Empty(status.Errors);
        Assert.Equal((77UL, 1UL, 2L), (status.Header.ClusterId, status.Header.MemberId, status.Header.Revision));
    }

    [Fact]
    public async Task Status_answers_without_a_leader_and_says_so()
    {
        _door.Group.Leader = ReplicaId.None;
        _door.Group.IsStuck = true;
        var status = (await _door.CallAsync("Maintenance/Status", new StatusRequest())).As<StatusResponse>();
        Assert.Equal(0UL, status.Leader);
        Assert.Equal("etcdserver: no leader", Assert.Single(status.Errors));
    }

    [Fact]
    public async Task Hashes_follow_the_keys()
    {
        await _door.CallAsync("KV/Put", Put("k", "1"));
        var first = (await _door.CallAsync("Maintenance/HashKV", new HashKVRequest())).As<HashKVResponse>();
        await _door.CallAsync("KV/Put", Put("k", "2"));
        var second = (await _door.CallAsync("Maintenance/HashKV", new HashKVRequest())).As<HashKVResponse>();
        var again = (await _door.CallAsync("Maintenance/HashKV", new HashKVRequest { Revision = 2 }))
            .As<HashKVResponse>();
        Assert.NotEqual(first.Hash, second.Hash);
        Assert.Equal((first.Hash, 2L, 3L), (again.Hash, again.HashRevision, again.Header.Revision));
        var whole = (await _door.CallAsync("Maintenance/Hash", new HashRequest())).As<HashResponse>();
        Assert.Equal(3, whole.Header.Revision);
    }

    [Fact]
    public async Task There_is_nothing_to_defragment()
    {
        var response = (await _door.CallAsync("Maintenance/Defragment", new DefragmentRequest()))
            .As<DefragmentResponse>();
        Assert.Equal(1, response.Header.Revision);
    }

    [Fact]
    public async Task A_full_disk_is_an_alarm_until_there_is_room()
    {
        foreach (var isFull in (bool[])[true, false])
        {
            _door.Group.IsOutOfSpace = isFull;
            var alarms = (await _door.CallAsync("Maintenance/Alarm", new AlarmRequest())).As<AlarmResponse>();
            Assert.Equal(isFull ? [AlarmType.Nospace] : [], alarms.Alarms.Select(alarm => alarm.Alarm));
            var status = (await _door.CallAsync("Maintenance/Status", new StatusRequest())).As<StatusResponse>();
            Assert.Equal(isFull ? ["memberID:1 alarm:NOSPACE "] : [], status.Errors);
        }
    }

    [Fact]
    public async Task Alarms_cannot_be_set_by_hand()
    {
        foreach (var action in new[] { AlarmAction.Activate, AlarmAction.Deactivate })
        {
            var answer = await _door.CallAsync("Maintenance/Alarm", new AlarmRequest { Action = action });
            Assert.Equal(GrpcStatusCode.Unimplemented, answer.Code);
            Assert.Contains("NOSPACE ends by itself", answer.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Leadership_is_handed_to_the_member_that_was_named()
    {
        (await _door.CallAsync("Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = 3 }))
            .As<MoveLeaderResponse>();
        Assert.Equal(new ReplicaId(103), _door.Group.TransferredTo);
        (await _door.CallAsync("Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = 103 }))
            .IsRefused(GrpcStatusCode.FailedPrecondition, "etcdserver: bad leader transferee");
        _door.Group.Failure = () => new RaftException(RaftErrorCode.TimedOut, RequestOutcome.NotApplied, "as ordered");
        (await _door.CallAsync("Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = 3 })).IsRefused(
            GrpcStatusCode.Unavailable, "etcdserver: request timed out, leader transfer took too long");
        _door.Group.Leader = new ReplicaId(102);
        (await _door.CallAsync("Maintenance/MoveLeader", new MoveLeaderRequest { TargetID = 3 }))
            .IsRefused(GrpcStatusCode.FailedPrecondition, "etcdserver: not leader");
    }

    [Fact]
    public async Task Members_are_listed_by_what_they_said_of_themselves()
    {
        var self = new Member
        {
            ID = 1,
            Name = "one",
            PeerURLs = { "http://one:2380" },
            ClientURLs = { "http://one:2379" },
        };
        _door.Group.Apply(EtcdCodec.Encode(EtcdCommandKind.PublishMember, Bytes(self)));
        _door.Group.Apply(EtcdCodec.Encode(EtcdCommandKind.PublishMember, Bytes(new Member { ID = 9, Name = "gone" })));
        var list = (await _door.CallAsync("Cluster/MemberList", new MemberListRequest { Linearizable = true }))
            .As<MemberListResponse>();
        Assert.Equal([1UL, 2, 3], list.Members.Select(member => member.ID));
        Assert.Equal(self, list.Members[0]);
        Assert.Equal(new Member { ID = 2, PeerURLs = { "http://two:2380" } }, list.Members[1]);
        await _door.CallAsync("Cluster/MemberList", new MemberListRequest());
        Assert.Equal([ReadConsistency.Linearizable, ReadConsistency.Local], _door.Group.Reads);
    }

    [Theory]
    [InlineData("Watch/Watch")]
    [InlineData("Lease/LeaseGrant")]
    [InlineData("Lease/LeaseKeepAlive")]
    [InlineData("Auth/Authenticate")]
    [InlineData("Cluster/MemberAdd")]
    [InlineData("Cluster/MemberPromote")]
    [InlineData("Maintenance/Snapshot")]
    [InlineData("Maintenance/Downgrade")]
    [InlineData("v3lockpb.Lock/Lock")]
    [InlineData("v3electionpb.Election/Campaign")]
    public async Task What_is_not_there_yet_says_so(string method)
    {
        var answer = await _door.CallAsync(method, [], CancellationToken.None);
        Assert.Equal(GrpcStatusCode.Unimplemented, answer.Code);
        Assert.EndsWith("is not supported yet by this server.", answer.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RequestBytesMax", 0)]
    [InlineData("TxnOperationsMax", 0)]
    [InlineData("QuotaBytes", 0)]
    [InlineData("RequestTimeout", 0)]
    public void A_setting_out_of_its_bounds_is_named(string setting, int value)
    {
        var error = Assert.Throws<ArgumentException>(() => new DoorUnderTest(options => setting switch
        {
            "RequestBytesMax" => options with { RequestBytesMax = value },
            "TxnOperationsMax" => options with { TxnOperationsMax = value },
            "QuotaBytes" => options with { QuotaBytes = value },
            _ => options with { RequestTimeout = TimeSpan.FromSeconds(value) },
        }));
        Assert.StartsWith($"{setting} is ", error.Message, StringComparison.Ordinal);
    }
}
