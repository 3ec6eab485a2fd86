using System.CommandLine;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc;
using Sampan.Io;
using Sampan.Protocol.Etcd;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan status</c>: a table of the stores.</summary>
internal static class StatusCommand
{
    private const int ReceiveBytesMax = 4 << 20;

    private static readonly GrpcCallOptions _call = new() { Timeout = TimeSpan.FromSeconds(3) };

    private static readonly string[] _columns =
    [
        "endpoint", "name", "store", "role", "term", "index", "applied", "revision", "db size", "version", "healthy",
    ];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var endpoints = Endpoints.Option();
        var command = new Command(
            "status",
            """
            Shows every store: role, term, indexes, size of its data, version, and whether a linearizable read through
            it succeeds. Works against any etcd v3 endpoint. Exit code 1 if one is not healthy.

            Example:
              sampan status --endpoints 10.0.0.1:2379,10.0.0.2:2379
            """)
        {
            endpoints,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            Endpoints.Of(parsed, endpoints), parsed.InvocationConfiguration, cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        IReadOnlyList<Uri> endpoints, InvocationConfiguration console, CancellationToken cancellation)
    {
        var rows = await Task.WhenAll(endpoints.Select(endpoint => RowAsync(endpoint, cancellation)))
            .ConfigureAwait(false);
        var table = Printing.Table(_columns);
        var problems = new List<string>();
        foreach (var (row, problem) in rows)
        {
            table.AddTexts(row);
            if (problem.Length > 0)
            {
                problems.Add($"{row[0]}: {problem}");
            }
        }

        Printing.Console(console.Output).Write(table);
        foreach (var problem in problems)
        {
            await Running.FailAsync(console, problem).ConfigureAwait(false);
        }

        return problems.Count == 0 ? 0 : Running.Failed;
    }

    private static async Task<(string[] Row, string Problem)> RowAsync(Uri endpoint, CancellationToken cancellation)
    {
        using var channel = new GrpcChannel(
            endpoint, new GrpcChannelOptions { ReceiveBytesMax = ReceiveBytesMax, Time = new BootTimeProvider() });
        try
        {
            var status = await CallAsync<StatusRequest, StatusResponse>(
                channel, "Maintenance/Status", new StatusRequest(), cancellation).ConfigureAwait(false);
            var members = await CallAsync<MemberListRequest, MemberListResponse>(
                channel, "Cluster/MemberList", new MemberListRequest(), cancellation).ConfigureAwait(false);
            var problem = await ProblemAsync(channel, cancellation).ConfigureAwait(false);
            if (problem.Length == 0 && status.Errors.Count > 0)
            {
                problem = string.Join("; ", status.Errors);
            }

            var id = status.Header.MemberId;
            var name = members.Members.FirstOrDefault(member => member.ID == id)?.Name ?? string.Empty;
            return ([
                endpoint.Authority, name, Printing.Id(id), RoleOf(status), $"{status.RaftTerm}", $"{status.RaftIndex}",
                $"{status.RaftAppliedIndex}", $"{status.Header.Revision}", Printing.Bytes(status.DbSize),
                status.Version, problem.Length == 0 ? "yes" : "no",
            ], problem);
        }
        catch (GrpcException exception)
        {
            return ([endpoint.Authority, .. _columns[2..].Select(_ => string.Empty), "no"], exception.Message);
        }
    }

    // As etcdctl judges health: by a linearizable read.
    private static async Task<string> ProblemAsync(GrpcChannel channel, CancellationToken cancellation)
    {
        try
        {
            var range = new RangeRequest { Key = ByteString.CopyFromUtf8("health") };
            await CallAsync<RangeRequest, RangeResponse>(channel, "KV/Range", range, cancellation)
                .ConfigureAwait(false);
            return string.Empty;
        }
        catch (GrpcException exception) when (exception.Code == GrpcStatusCode.PermissionDenied)
        {
            // It was judged by a quorum, which is what was to be known.
            return string.Empty;
        }
        catch (GrpcException exception)
        {
            return exception.Message;
        }
    }

    private static string RoleOf(StatusResponse status) =>
        status.Leader == 0 ? "no leader"
        : status.Leader == status.Header.MemberId ? "leader"
        : status.IsLearner ? "learner"
        : "follower";

    private static Task<TResponse> CallAsync<TRequest, TResponse>(
        GrpcChannel channel, string method, TRequest request, CancellationToken cancellation)
        where TRequest : class, IMessage
        where TResponse : class, IMessage =>
        channel.UnaryAsync<TRequest, TResponse>(Find(method), request, _call, cancellation);

    private static MethodDescriptor Find(string method) => RpcReflection.Descriptor.Services
        .SelectMany(service => service.Methods)
        .Single(found => string.Equals($"{found.Service.Name}/{found.Name}", method, StringComparison.Ordinal));
}
