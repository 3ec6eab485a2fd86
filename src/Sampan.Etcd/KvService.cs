using Google.Protobuf.Reflection;
using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd;

/// <summary>Keys: every request is checked here, then proposed or read; bytes pass through as they came.</summary>
internal sealed class KvService
{
    private readonly EtcdDoor _door;
    private readonly EtcdQuota _quota;

    /// <summary>The service behind this door.</summary>
    public KvService(EtcdDoor door, EtcdQuota quota)
    {
        _door = door;
        _quota = quota;
    }

    /// <summary>Binds it.</summary>
    public GrpcServiceDefinition Build(ServiceDescriptor descriptor) => new GrpcServiceBuilder(descriptor)
        .RawUnary("Range", RangeAsync)
        .RawUnary("Put", PutAsync)
        .RawUnary("DeleteRange", DeleteRangeAsync)
        .RawUnary("Txn", TxnAsync)
        .RawUnary("Compact", CompactAsync)
        .Build();

    private ValueTask<ReadOnlyMemory<byte>> RangeAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call, bytes.Length);
        var range = EtcdDoor.Parse(RangeRequest.Parser, bytes);
        Require(RequestChecks.Check(range));
        var consistency = range.Serializable ? ReadConsistency.Local : ReadConsistency.Linearizable;
        return _door.ReadAsync(EtcdQueryKind.Range, bytes, consistency, call.Cancellation);
    }

    private async ValueTask<ReadOnlyMemory<byte>> PutAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call, bytes.Length);
        Require(RequestChecks.Check(EtcdDoor.Parse(PutRequest.Parser, bytes)));
        await _quota.AdmitAsync(call.Cancellation).ConfigureAwait(false);
        return await _door.ProposeAsync(EtcdCommandKind.Put, bytes, call.Cancellation).ConfigureAwait(false);
    }

    private ValueTask<ReadOnlyMemory<byte>> DeleteRangeAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call, bytes.Length);
        Require(RequestChecks.Check(EtcdDoor.Parse(DeleteRangeRequest.Parser, bytes)));
        return _door.ProposeAsync(EtcdCommandKind.DeleteRange, bytes, call.Cancellation);
    }

    private async ValueTask<ReadOnlyMemory<byte>> TxnAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call, bytes.Length);
        var txn = EtcdDoor.Parse(TxnRequest.Parser, bytes);
        Require(RequestChecks.Check(txn, _door.Options.TxnOperationsMax));
        if (RequestChecks.IsReadOnly(txn))
        {
            var isLocal = RequestChecks.IsSerializable(txn);
            return await _door.ReadAsync(
                EtcdQueryKind.Txn,
                bytes,
                isLocal ? ReadConsistency.Local : ReadConsistency.Linearizable,
                call.Cancellation).ConfigureAwait(false);
        }

        if (RequestChecks.HasPut(txn))
        {
            await _quota.AdmitAsync(call.Cancellation).ConfigureAwait(false);
        }

        return await _door.ProposeAsync(EtcdCommandKind.Txn, bytes, call.Cancellation).ConfigureAwait(false);
    }

    private async ValueTask<ReadOnlyMemory<byte>> CompactAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call, bytes.Length);
        var request = EtcdDoor.Parse(CompactionRequest.Parser, bytes);
        var response = await _door.ProposeAsync(EtcdCommandKind.Compaction, bytes, call.Cancellation)
            .ConfigureAwait(false);
        if (request.Physical)
        {
            await _door.FinishCompactionAsync(call.Cancellation).ConfigureAwait(false);
        }

        return response;
    }

    private static void Require(EtcdError error)
    {
        if (error != EtcdError.None)
        {
            throw EtcdErrors.Of(error);
        }
    }
}
