using Google.Protobuf.Reflection;
using Sampan.Grpc;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Election;
using Sampan.Protocol.Etcd;
using Sampan.Protocol.Lock;

namespace Sampan.Etcd;

/// <summary>
/// The etcd v3 services over one store. Watch, Lease, Auth, Lock and Election are known and answer UNIMPLEMENTED with a
/// sentence.
/// </summary>
public static class EtcdServices
{
    /// <summary>Builds them. The group may come later; until then requests wait for it as for a leader.</summary>
    public static IReadOnlyList<GrpcServiceDefinition> Build(
        EtcdServiceOptions options, IGroupDirectory groups, TimeProvider time)
    {
        options.Validate();
        var door = new EtcdDoor(options, groups, time);
        var quota = new EtcdQuota(door, time);
        return
        [
            new KvService(door, quota).Build(Find("KV")),
            new ClusterService(door).Build(Find("Cluster")),
            new MaintenanceService(door, quota).Build(Find("Maintenance")),
            new GrpcServiceBuilder(Find("Watch")).Build(),
            new GrpcServiceBuilder(Find("Lease")).Build(),
            new GrpcServiceBuilder(Find("Auth")).Build(),
            new GrpcServiceBuilder(V3LockReflection.Descriptor.Services[0]).Build(),
            new GrpcServiceBuilder(V3ElectionReflection.Descriptor.Services[0]).Build(),
        ];
    }

    private static ServiceDescriptor Find(string name) => RpcReflection.Descriptor.Services
        .Single(service => string.Equals(service.Name, name, StringComparison.Ordinal));
}
