using Google.Protobuf.Reflection;
using Sampan.Etcd.Machine;
using Sampan.Grpc;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Etcd;

/// <summary>The members. Changing them is not there yet.</summary>
internal sealed class ClusterService
{
    private readonly EtcdDoor _door;

    /// <summary>The service behind this door.</summary>
    public ClusterService(EtcdDoor door) => _door = door;

    /// <summary>Binds it.</summary>
    public GrpcServiceDefinition Build(ServiceDescriptor descriptor) => new GrpcServiceBuilder(descriptor)
        .Parsed("MemberList", MemberListRequest.Parser, ListAsync)
        .Build();

    private async ValueTask<MemberListResponse> ListAsync(MemberListRequest request, GrpcCall call)
    {
        _door.Admit(call);
        var consistency = request.Linearizable ? ReadConsistency.Linearizable : ReadConsistency.Local;
        var bytes = await _door.ReadAsync(EtcdQueryKind.MemberList, default, consistency, call)
            .ConfigureAwait(false);
        var response = EtcdDoor.Parse(MemberListResponse.Parser, bytes);
        var told = response.Members.ToDictionary(member => member.ID);
        var configuration = _door.Status?.Configuration;
        response.Header.Revision = 0;
        response.Members.Clear();
        foreach (var member in configuration is null ? [] : configuration.Members)
        {
            // One that has not started yet has neither a name nor client URLs.
            var id = member.Store.Value;
            var shown = told.GetValueOrDefault(id) ?? new Member
            {
                ID = id,
                PeerURLs = { _door.Options.PeerUrls.GetValueOrDefault(id) ?? [] },
            };
            shown.IsLearner = configuration?.IsLearner(member.Replica) == true;
            response.Members.Add(shown);
        }

        return response;
    }
}
