using System.CommandLine;
using Google.Protobuf.Reflection;
using Sampan.Grpc;
using Sampan.Io;
using Sampan.Protocol.Etcd;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan status</c>: a table of the stores.</summary>
internal static class StatusCommand
{
    private static readonly GrpcCallOptions Call = new() { Timeout = TimeSpan.FromSeconds(3) };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var endpoints = Endpoints.Option();
        var command = new Command(
            "status",
            "Shows every store: role, term, indexes, size of its data, version. Exit code 1 if one does not answer.\n\n"
            + "Example:\n  sampan status --endpoints 10.0.0.1:2379,10.0.0.2:2379")
        {
            endpoints,
        };
        command.SetAction((parsed, cancellation) => RunAsync(parsed, parsed.GetValue(endpoints), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, string? text, CancellationToken cancellation)
    {
        IReadOnlyList<Uri> endpoints;
        try
        {
            endpoints = Endpoints.Parse(text);
        }
        catch (ArgumentException exception)
        {
            await Running.FailAsync(parsed, exception.Message).ConfigureAwait(false);
            return 1;
        }

        var table = Printing.Table(
            "endpoint", "store", "name", "role", "term", "index", "applied", "revision", "db size", "version");

        var areAllWell = true;
        foreach (var endpoint in endpoints)
        {
            var row = await RowAsync(endpoint, cancellation).ConfigureAwait(false);
            areAllWell &= row.Length > 2;
            table.AddTexts(row);
        }

        Printing.Console(parsed.InvocationConfiguration.Output).Write(table);
        return areAllWell ? 0 : 1;
    }

    private static async Task<string[]> RowAsync(Uri endpoint, CancellationToken cancellation)
    {
        using var channel = new GrpcChannel(
            endpoint, new GrpcChannelOptions { ReceiveBytesMax = 4 << 20, Time = new BootTimeProvider() });
        try
        {
            var status = await channel.UnaryAsync<StatusRequest, StatusResponse>(
                Method("Maintenance", "Status"), new StatusRequest(), Call, cancellation).ConfigureAwait(false);
            var members = await channel.UnaryAsync<MemberListRequest, MemberListResponse>(
                Method("Cluster", "MemberList"), new MemberListRequest(), Call, cancellation).ConfigureAwait(false);
            var id = status.Header.MemberId;
            var name = members.Members.FirstOrDefault(member => member.ID == id)?.Name ?? string.Empty;
            var role = status.Leader == id ? "leader" : status.IsLearner ? "learner" : "follower";
            return
            [
                endpoint.Authority, $"{id:x}", name, status.Leader == 0 ? "no leader" : role, $"{status.RaftTerm}",
                $"{status.RaftIndex}", $"{status.RaftAppliedIndex}", $"{status.Header.Revision}",
                Printing.Bytes(status.DbSize), status.Version,
            ];
        }
        catch (GrpcException exception)
        {
            return [endpoint.Authority, exception.Message];
        }
    }

    private static MethodDescriptor Method(string service, string method) => RpcReflection.Descriptor.Services
        .Single(found => string.Equals(found.Name, service, StringComparison.Ordinal))
        .FindMethodByName(method);
}
