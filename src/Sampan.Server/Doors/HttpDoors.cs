using System.Text;
using Microsoft.AspNetCore.Http;
using Sampan.Etcd;
using Sampan.Etcd.Machine;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Server.Doors;

/// <summary>What is asked by plain HTTP on the client port: health, version, metrics.</summary>
internal sealed class HttpDoors
{
    private static readonly TimeSpan HealthPatience = TimeSpan.FromSeconds(1);

    private readonly ServerMetrics _metrics;
    private readonly IGroupDirectory _groups;
    private readonly TimeProvider _time;

    /// <summary>Doors to this store.</summary>
    public HttpDoors(ServerMetrics metrics, IGroupDirectory groups, TimeProvider time)
    {
        _metrics = metrics;
        _groups = groups;
        _time = time;
    }

    /// <summary>Answers a request that is no gRPC call.</summary>
    public async Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value;
        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            await WriteAsync(http, StatusCodes.Status405MethodNotAllowed, "text/plain", "Method Not Allowed\n")
                .ConfigureAwait(false);
            return;
        }

        switch (path)
        {
            case "/health":
                await AnswerHealthAsync(http).ConfigureAwait(false);
                break;
            case "/version":
                var version = EtcdServiceOptions.EtcdVersion;
                await WriteAsync(
                    http,
                    StatusCodes.Status200OK,
                    "application/json",
                    $"{{\"etcdserver\":\"{version}\",\"etcdcluster\":\"{version}\"}}").ConfigureAwait(false);
                break;
            case "/metrics":
                var text = await _metrics.WriteAsync(http.RequestAborted).ConfigureAwait(false);
                await WriteAsync(http, StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8", text)
                    .ConfigureAwait(false);
                break;
            default:
                await WriteAsync(http, StatusCodes.Status404NotFound, "text/plain", "404 page not found\n")
                    .ConfigureAwait(false);
                break;
        }
    }

    private async Task AnswerHealthAsync(HttpContext http)
    {
        var isSerializable = string.Equals(http.Request.Query["serializable"], "true", StringComparison.Ordinal);
        var reason = await IllnessAsync(isSerializable, http.RequestAborted).ConfigureAwait(false);
        var isWell = reason.Length == 0;
        var status = isWell ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
        await WriteAsync(
            http,
            status,
            "application/json",
            $"{{\"health\":\"{(isWell ? "true" : "false")}\",\"reason\":\"{reason}\"}}").ConfigureAwait(false);
    }

    // A read as clients make it: with a quorum, or of this store alone.
    private async Task<string> IllnessAsync(bool isSerializable, CancellationToken cancellation)
    {
        if (!_groups.TryGet(EtcdGroup.Id, out var group))
        {
            return "NO GROUP YET";
        }

        if (!isSerializable && group.Status.Leader == ReplicaId.None)
        {
            return "RAFT NO LEADER";
        }

        using var limit = new CancellationTokenSource(HealthPatience, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            await group.ReadAsync(
                EtcdCodec.Encode(EtcdQueryKind.Status, []),
                isSerializable ? ReadConsistency.Local : ReadConsistency.Linearizable,
                linked.Token).ConfigureAwait(false);
            return string.Empty;
        }
        catch (RaftException)
        {
            return "READ FAILED";
        }
        catch (OperationCanceledException)
        {
            return "READ TIMED OUT";
        }
    }

    private static async Task WriteAsync(HttpContext http, int status, string type, string text)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), http.RequestAborted)
                .ConfigureAwait(false);
        }
    }
}
