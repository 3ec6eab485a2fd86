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
        _door.Admit(call);
        Require(RequestChecks.CheckRange(bytes.Span, out var isSerializable));
        return _door.ReadAsync(EtcdQueryKind.Range, bytes, ConsistencyOf(isSerializable), call);
    }

    private ValueTask<ReadOnlyMemory<byte>> PutAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call);
        Require(RequestChecks.CheckPut(bytes.Span));
        return ProposeAsync(EtcdCommandKind.Put, bytes, hasPut: true, call);
    }

    private ValueTask<ReadOnlyMemory<byte>> DeleteRangeAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call);
        Require(RequestChecks.Check(EtcdDoor.Parse(DeleteRangeRequest.Parser, bytes)));
        return ProposeAsync(EtcdCommandKind.DeleteRange, bytes, hasPut: false, call);
    }

    private ValueTask<ReadOnlyMemory<byte>> TxnAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call);
        var txn = EtcdDoor.Parse(TxnRequest.Parser, bytes);
        Require(RequestChecks.Check(txn, _door.Options.TxnOperationsMax));
        return RequestChecks.IsReadOnly(txn)
            ? _door.ReadAsync(
                EtcdQueryKind.Txn, bytes, ConsistencyOf(RequestChecks.IsSerializable(txn)), call)
            : ProposeAsync(EtcdCommandKind.BoundedTxn, bytes, RequestChecks.HasPut(txn), call);
    }

    private async ValueTask<ReadOnlyMemory<byte>> CompactAsync(ReadOnlyMemory<byte> bytes, GrpcCall call)
    {
        _door.Admit(call);
        var request = EtcdDoor.Parse(CompactionRequest.Parser, bytes);
        var response = await ProposeAsync(EtcdCommandKind.Compaction, bytes, hasPut: false, call)
            .ConfigureAwait(false);
        if (request.Physical)
        {
            await _door.FinishCompactionAsync(call.Cancellation).ConfigureAwait(false);
        }

        return response;
    }

    private async ValueTask<ReadOnlyMemory<byte>> ProposeAsync(
        EtcdCommandKind kind, ReadOnlyMemory<byte> bytes, bool hasPut, GrpcCall call)
    {
        if (hasPut)
        {
            await _quota.AdmitAsync(call.Cancellation).ConfigureAwait(false);
        }

        _door.AdmitBytes(bytes);
        return await _door.ProposeAsync(kind, bytes, call).ConfigureAwait(false);
    }

    private static ReadConsistency ConsistencyOf(bool isSerializable) =>
        isSerializable ? ReadConsistency.Local : ReadConsistency.Linearizable;

    private static void Require(EtcdError error)
    {
        if (error != EtcdError.None)
        {
            throw EtcdErrors.Of(error);
        }
    }
}
