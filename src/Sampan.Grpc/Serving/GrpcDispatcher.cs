using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Serving;

/// <summary>
/// Finds the handler of a request by its path. One look-up in a frozen table instead of endpoint routing, which costs
/// more than all the rest of a small call.
/// </summary>
internal sealed class GrpcDispatcher
{
    private readonly FrozenDictionary<string, MethodHandler> _handlers;
    private readonly FrozenSet<string> _services;

    public GrpcDispatcher(
        IReadOnlyList<GrpcServiceDefinition> services,
        GrpcServerOptions options,
        TimeProvider time,
        ILogger logger,
        CancellationToken stopping)
    {
        options.Validate();
        _handlers = services
            .SelectMany(service => service.Handlers)
            .ToFrozenDictionary(handler => handler.Path, StringComparer.Ordinal);
        _services = services
            .Select(service => service.Descriptor.FullName)
            .ToFrozenSet(StringComparer.Ordinal);
        Options = options;
        UnderWay = new CallsUnderWay(options.CallsMax);
        Bodies = new ByteBudget { TotalMax = options.BodyBytesMax, ConnectionMax = options.ConnectionBodyBytesMax };
        Time = time;
        Logger = logger;
        Stopping = stopping;
    }

    public GrpcServerOptions Options { get; }

    /// <summary>The calls that have not ended.</summary>
    public CallsUnderWay UnderWay { get; }

    /// <summary>What requests hold.</summary>
    public ByteBudget Bodies { get; }

    public TimeProvider Time { get; }

    public ILogger Logger { get; }

    /// <summary>Ends when the host stops: streams are ended then, since they would hold it up.</summary>
    public CancellationToken Stopping { get; }

    /// <summary>Answers a request if it is gRPC's, else hands it on.</summary>
    public Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        var request = http.Request;
        var isKnown = _handlers.TryGetValue(request.Path.Value ?? string.Empty, out var handler);
        if (!GrpcHeaders.IsGrpc(request.ContentType))
        {
            return isKnown ? Refuse(http, StatusCodes.Status415UnsupportedMediaType) : next(http);
        }

        if (!HttpMethods.IsPost(request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return Refuse(http, StatusCodes.Status405MethodNotAllowed);
        }

        if (!HttpProtocol.IsHttp2(request.Protocol))
        {
            return Refuse(http, StatusCodes.Status426UpgradeRequired);
        }

        if (handler is null)
        {
            return Answer(http, GrpcStatusCode.Unimplemented, UnknownMethod(request.Path.Value ?? string.Empty));
        }

        var headers = request.Headers;
        if (headers.TryGetValue(GrpcHeaders.Encoding, out var encoding)
            && !MessageEncoding.IsKnown(encoding.ToString()))
        {
            http.Response.Headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Encodings;
            return Answer(
                http,
                GrpcStatusCode.Unimplemented,
                $"grpc: Decompressor is not installed for grpc-encoding \"{encoding}\"");
        }

        if (headers.TryGetValue(GrpcHeaders.Timeout, out var timeout))
        {
            if (!GrpcTimeout.TryParse(timeout.ToString(), out var wait))
            {
                return Answer(
                    http,
                    GrpcStatusCode.Internal,
                    $"grpc-timeout is '{timeout}'; allowed are 1 to 8 digits and one of H, M, S, m, u, n.");
            }

            if (wait == TimeSpan.Zero)
            {
                return Answer(http, GrpcStatusCode.DeadlineExceeded, "The deadline had passed when the call came.");
            }
        }

        if (!UnderWay.TryBegin())
        {
            return Answer(
                http, GrpcStatusCode.ResourceExhausted, "sampan: too many calls are under way; make fewer at a time");
        }

        handler.Counts.Begin();
        return handler.InvokeAsync(new GrpcCall(http, handler, this));
    }

    // In grpc-go's words, which clients and people search for.
    private string UnknownMethod(string path)
    {
        var end = path.LastIndexOf('/');
        if (end <= 0)
        {
            return $"malformed method name: \"{path}\"";
        }

        var service = path[1..end];
        return _services.Contains(service)
            ? $"unknown method {path[(end + 1)..]} for service {service}"
            : $"unknown service {service}";
    }

    private static Task Refuse(HttpContext http, int httpStatus)
    {
        http.Response.StatusCode = httpStatus;
        return Task.CompletedTask;
    }

    private static Task Answer(HttpContext http, GrpcStatusCode code, string message)
    {
        var headers = http.Response.Headers;
        headers.ContentType = GrpcHeaders.ContentType;
        headers[GrpcHeaders.Status] = GrpcHeaders.StatusValue(code);
        headers[GrpcHeaders.Message] = StatusMessage.Encode(message);
        return Task.CompletedTask;
    }
}
