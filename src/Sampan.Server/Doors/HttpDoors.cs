using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Sampan.Etcd;
using Sampan.Etcd.Machine;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Protocol.Etcd;

namespace Sampan.Server.Doors;

/// <summary>What is asked by plain HTTP on the client port: health, version, metrics.</summary>
internal sealed class HttpDoors
{
    private static readonly string _versionText =
        $"{{\"etcdserver\":\"{EtcdServiceOptions.EtcdVersion}\",\"etcdcluster\":\"{EtcdServiceOptions.EtcdVersion}\","
        + $"\"sampan\":\"{ProductVersion.Text}\"}}";

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(1);

    private readonly ServerMetrics _metrics;
    private readonly ServerEvents _events;
    private readonly IGroupDirectory _groups;
    private readonly long _quotaBytes;
    private readonly TimeProvider _time;

    /// <summary>Doors to this store.</summary>
    public HttpDoors(
        ServerMetrics metrics, ServerEvents events, IGroupDirectory groups, long quotaBytes, TimeProvider time)
    {
        _metrics = metrics;
        _events = events;
        _groups = groups;
        _quotaBytes = quotaBytes;
        _time = time;
    }

    /// <summary>Answers a request that is no gRPC call.</summary>
    public Task AnswerAsync(HttpContext http)
    {
        var path = http.Request.Path.Value ?? string.Empty;
        if (path.StartsWith("/v3", StringComparison.Ordinal))
        {
            const string Text = "the JSON gateway is not there yet; use gRPC, as etcdctl does";
            return WriteAsync(
                http,
                StatusCodes.Status501NotImplemented,
                "application/json",
                $"{{\"error\":\"{Text}\",\"message\":\"{Text}\",\"code\":12}}");
        }

        if (path is not ("/health" or "/version" or "/metrics"))
        {
            return WriteAsync(http, StatusCodes.Status404NotFound, "text/plain", "404 page not found\n");
        }

        if (!HttpMethods.IsGet(http.Request.Method) && !HttpMethods.IsHead(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Get;
            return WriteAsync(
                http, StatusCodes.Status405MethodNotAllowed, "text/plain", "Method Not Allowed\n");
        }

        return path switch
        {
            "/health" => AnswerHealthAsync(http),
            "/metrics" => AnswerMetricsAsync(http),
            _ => WriteAsync(http, StatusCodes.Status200OK, "application/json", _versionText),
        };
    }

    private async Task AnswerMetricsAsync(HttpContext http)
    {
        var text = await _metrics.WriteAsync(http.RequestAborted).ConfigureAwait(false);
        await WriteAsync(http, StatusCodes.Status200OK, "text/plain; version=0.0.4; charset=utf-8", text)
            .ConfigureAwait(false);
    }

    private async Task AnswerHealthAsync(HttpContext http)
    {
        var query = http.Request.Query;
        var isSerializable = string.Equals(query["serializable"], "true", StringComparison.Ordinal);
        var isQuotaExcluded = query["exclude"].Contains("NOSPACE", StringComparer.Ordinal);
        var reason = await IllnessAsync(isSerializable, isQuotaExcluded, http.RequestAborted).ConfigureAwait(false);
        var isHealthy = reason.Length == 0;
        await WriteAsync(
            http,
            isHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
            "application/json",
            $"{{\"health\":\"{(isHealthy ? "true" : "false")}\",\"reason\":\"{JsonEncodedText.Encode(reason)}\"}}")
            .ConfigureAwait(false);
    }

    // A read as clients make it: with a quorum, or of this store alone.
    private async Task<string> IllnessAsync(
        bool isSerializable, bool isQuotaExcluded, CancellationToken cancellation)
    {
        if (_events.Failure.IsCompleted)
        {
            return "STORE FAILED";
        }

        if (!_groups.TryGet(EtcdGroup.Id, out var group) || (!isSerializable && group.Status.Leader == ReplicaId.None))
        {
            return _events.Complaint is { } complaint ? $"RAFT NO LEADER: {complaint}" : "RAFT NO LEADER";
        }

        using var limit = new CancellationTokenSource(_patience, _time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            var read = await group.ReadAsync(
                EtcdCodec.Encode(EtcdQueryKind.Status, []),
                isSerializable ? ReadConsistency.Local : ReadConsistency.Linearizable,
                linked.Token).ConfigureAwait(false);
            EtcdCodec.Decode(read.Answer, out var bytes);
            var isOutOfSpace = group.Status.IsOutOfSpace
                || StatusResponse.Parser.ParseFrom(bytes.Span).DbSize > _quotaBytes;
            return isOutOfSpace && !isQuotaExcluded
                ? "ALARM NOSPACE"
                : string.Empty;
        }
        catch (RaftException exception)
        {
            return $"QGET ERROR: {exception.Message}";
        }
        catch (OperationCanceledException)
        {
            return "QGET ERROR: it took longer than a second";
        }
    }

    private static async Task WriteAsync(HttpContext http, int status, string type, string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        http.Response.ContentLength = bytes.Length;
        if (!HttpMethods.IsHead(http.Request.Method))
        {
            await http.Response.Body.WriteAsync(bytes, http.RequestAborted).ConfigureAwait(false);
        }
    }
}
