using Google.Protobuf.Reflection;
using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd;

/// <summary>What operators ask: status, hashes, alarms.</summary>
internal sealed class MaintenanceService
{
    private readonly EtcdDoor _door;
    private readonly EtcdQuota _quota;

    /// <summary>The service behind this door.</summary>
    public MaintenanceService(EtcdDoor door, EtcdQuota quota)
    {
        _door = door;
        _quota = quota;
    }

    /// <summary>Binds it.</summary>
    public GrpcServiceDefinition Build(ServiceDescriptor descriptor) => new GrpcServiceBuilder(descriptor)
        .Parsed("Status", StatusRequest.Parser, StatusAsync)
        .Parsed("Hash", HashRequest.Parser, HashAsync)
        .RawUnary("HashKV", (bytes, call) => LocalAsync(EtcdQueryKind.HashKv, bytes, call))
        .Parsed("Alarm", AlarmRequest.Parser, AlarmAsync)
        .Parsed("Defragment", DefragmentRequest.Parser, DefragmentAsync)
        .Parsed("MoveLeader", MoveLeaderRequest.Parser, MoveLeaderAsync)
        .Build();

    private async ValueTask<StatusResponse> StatusAsync(StatusRequest request, GrpcCall call)
    {
        var response = await OwnStatusAsync(call).ConfigureAwait(false);
        var status = _door.Status;
        response.Version = EtcdServiceOptions.EtcdVersion;
        response.DbSizeQuota = _door.Options.QuotaBytes;
        response.Leader = _door.LeaderId;
        response.RaftTerm = status?.Term ?? 0;
        response.RaftIndex = status?.CommitIndex ?? 0;
        response.IsLearner = status?.Configuration.IsLearner(status.Replica) == true;
        response.Header.RaftTerm = response.RaftTerm;
        if (response.Leader == 0)
        {
            response.Errors.Add("etcdserver: no leader");
        }

        if (await IsOutOfSpaceAsync(call).ConfigureAwait(false))
        {
            response.Errors.Add($"memberID:{_door.Options.MemberId} alarm:NOSPACE ");
        }

        return response;
    }

    private async ValueTask<HashResponse> HashAsync(HashRequest request, GrpcCall call)
    {
        var bytes = await LocalAsync(EtcdQueryKind.HashKv, default, call).ConfigureAwait(false);
        var hash = EtcdDoor.Parse(HashKVResponse.Parser, bytes);
        return new HashResponse { Header = hash.Header, Hash = hash.Hash };
    }

    private async ValueTask<AlarmResponse> AlarmAsync(AlarmRequest request, GrpcCall call)
    {
        if (request.Action != AlarmRequest.Types.AlarmAction.Get)
        {
            throw new GrpcException(
                GrpcStatusCode.Unimplemented,
                "alarms cannot be set or cleared by hand: NOSPACE ends by itself when there is space again");
        }

        var response = new AlarmResponse { Header = (await OwnStatusAsync(call).ConfigureAwait(false)).Header };
        if (request.Alarm is AlarmType.None or AlarmType.Nospace
            && await IsOutOfSpaceAsync(call).ConfigureAwait(false))
        {
            response.Alarms.Add(new AlarmMember { MemberID = _door.Options.MemberId, Alarm = AlarmType.Nospace });
        }

        return response;
    }

    // Beyond the quota, or the disk is full.
    private async ValueTask<bool> IsOutOfSpaceAsync(GrpcCall call) =>
        _door.Status is { IsOutOfSpace: true } || await _quota.LookAsync(call.Cancellation).ConfigureAwait(false);

    // There is nothing to defragment: memory is given back as compaction goes.
    private async ValueTask<DefragmentResponse> DefragmentAsync(DefragmentRequest request, GrpcCall call) =>
        new() { Header = (await OwnStatusAsync(call).ConfigureAwait(false)).Header };

    private async ValueTask<MoveLeaderResponse> MoveLeaderAsync(MoveLeaderRequest request, GrpcCall call)
    {
        if (_door.Status is not { IsLeader: true } status)
        {
            throw EtcdErrors.NotLeader;
        }

        var target = ReplicaOf(request.TargetID, status.Configuration);
        if (!status.Configuration.IsVoter(target))
        {
            throw EtcdErrors.BadTransferee;
        }

        await _door.TransferAsync(target, call.Cancellation).ConfigureAwait(false);
        return new MoveLeaderResponse { Header = (await OwnStatusAsync(call).ConfigureAwait(false)).Header };
    }

    private static ReplicaId ReplicaOf(ulong id, Configuration configuration)
    {
        foreach (var member in configuration.Members)
        {
            if (member.Store.Value == id)
            {
                return member.Replica;
            }
        }

        return ReplicaId.None;
    }

    private async ValueTask<StatusResponse> OwnStatusAsync(GrpcCall call) => EtcdDoor.Parse(
        StatusResponse.Parser, await LocalAsync(EtcdQueryKind.Status, default, call).ConfigureAwait(false));

    private ValueTask<ReadOnlyMemory<byte>> LocalAsync(EtcdQueryKind kind, ReadOnlyMemory<byte> bytes, GrpcCall call) =>
        _door.ReadAsync(kind, bytes, ReadConsistency.Local, call);
}
