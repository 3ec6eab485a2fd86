using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Sampan.Grpc.Hosting;

namespace Sampan.Grpc;

/// <summary>Kestrel as gRPC needs it.</summary>
public static class GrpcKestrel
{
    /// <summary>
    /// Sets up Kestrel for a host: limits by <see cref="Configure"/>, and what <see cref="ListenGrpc"/> needs.
    /// Endpoints are added by the caller, with <c>ConfigureKestrel</c>.
    /// </summary>
    /// <exception cref="ArgumentException">An option is not allowed; the message names it.</exception>
    public static IWebHostBuilder UseGrpcKestrel(this IWebHostBuilder host, GrpcKestrelOptions options)
    {
        options.Validate();
        return host
            .UseKestrel(kestrel => Configure(kestrel, options))
            .ConfigureServices(services =>
                services.AddSingleton<IConnectionListenerFactory>(new HandOverListenerFactory()));
    }

    /// <summary>
    /// Sets limits and keep-alive: no bound on request bodies (messages have one of their own), no least data rates
    /// (streams are silent for hours), as many connections, and calls on each, as the options say. An <c>:authority</c>
    /// that is no host (gRPC clients send their raw target: <c>http://host:port</c>, <c>host:port,host:port</c>) is
    /// read as
    /// <c>authority.invalid</c>, since Kestrel would reset the call; with and without TLS. That is done by
    /// <see cref="KestrelServerOptions.RequestHeaderEncodingSelector"/>; one set before is still asked about all other
    /// headers, one set afterwards undoes it.
    /// </summary>
    /// <exception cref="ArgumentException">An option is not allowed; the message names it.</exception>
    public static void Configure(KestrelServerOptions kestrel, GrpcKestrelOptions options)
    {
        options.Validate();
        kestrel.AddServerHeader = false;
        var others = kestrel.RequestHeaderEncodingSelector;
        kestrel.RequestHeaderEncodingSelector = name =>
            string.Equals(name, ":authority", StringComparison.Ordinal) ? AuthorityEncoding.Instance : others(name);
        var limits = kestrel.Limits;
        limits.MaxRequestBodySize = null;
        limits.MinRequestBodyDataRate = null;
        limits.MinResponseDataRate = null;
        limits.MaxConcurrentConnections = options.ConnectionsMax;
        limits.KeepAliveTimeout = options.IdleTimeout;
        limits.Http2.KeepAlivePingDelay = options.KeepAlivePingDelay;
        limits.Http2.KeepAlivePingTimeout = options.KeepAlivePingTimeout;
        limits.Http2.MaxStreamsPerConnection = options.StreamsPerConnectionMax;
        limits.Http2.InitialConnectionWindowSize = options.ConnectionWindowBytes;
        limits.Http2.InitialStreamWindowSize = options.StreamWindowBytes;
    }

    /// <summary>
    /// Listens without TLS for HTTP/2 with prior knowledge, as gRPC clients speak it, and for HTTP/1.1, as curl and
    /// scrapers do, on one port. Kestrel decides by TLS and has none to go by here, so the first bytes of a connection
    /// are looked at: without HTTP/2's preface it is handed to a second, inner endpoint for HTTP/1.1, which the list of
    /// server addresses shows, after the real one, as <c>http://http1.invalid</c>. With TLS nothing of this is needed:
    /// use Kestrel's own <c>Listen</c>, <c>UseHttps</c> and <c>Http1AndHttp2</c>. Needs <see cref="UseGrpcKestrel"/>.
    /// </summary>
    /// <param name="kestrel">Kestrel's options.</param>
    /// <param name="endpoint">Where to listen; port 0 takes a free one.</param>
    /// <param name="options">The time a connection has to show its protocol.</param>
    /// <param name="time">Measures that time.</param>
    /// <exception cref="ArgumentException">An option is not allowed; the message names it.</exception>
    public static void ListenGrpc(
        this KestrelServerOptions kestrel,
        IPEndPoint endpoint,
        GrpcKestrelOptions options,
        TimeProvider time)
    {
        options.Validate();
        var inner = new HandOverEndPoint();
        kestrel.Listen(endpoint, listen =>
        {
            listen.Protocols = HttpProtocols.Http2;
            listen.Use(next =>
            {
                var setup = new SnifferSetup(next, inner, options.PrefaceTimeout, time);
                return connection => ProtocolSniffer.RunAsync(connection, setup);
            });
        });

        // Second, so that the first address of the server is the one that clients can reach.
        kestrel.Listen(inner, listen => listen.Protocols = HttpProtocols.Http1);
    }
}
