using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Sampan.Grpc.Hosting;
using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: Kestrel is set up for connections that live long and calls that are many.</summary>
public sealed class KestrelTests
{
    [Fact]
    public void Options_reach_the_limits()
    {
        var kestrel = new KestrelServerOptions();
        var options = new GrpcKestrelOptions
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(7),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(8),
            IdleTimeout = TimeSpan.FromSeconds(9),
            StreamsPerConnectionMax = 1000,
            ConnectionsMax = 500,
            ConnectionWindowBytes = 100_000,
            StreamWindowBytes = 70_000,
        };
        GrpcKestrel.Configure(kestrel, options);
        Assert.Null(kestrel.Limits.MaxRequestBodySize);
        Assert.Null(kestrel.Limits.MinRequestBodyDataRate);
        Assert.Null(kestrel.Limits.MinResponseDataRate);
        Assert.Equal(TimeSpan.FromSeconds(9), kestrel.Limits.KeepAliveTimeout);
        Assert.Equal(TimeSpan.FromSeconds(7), kestrel.Limits.Http2.KeepAlivePingDelay);
        Assert.Equal(TimeSpan.FromSeconds(8), kestrel.Limits.Http2.KeepAlivePingTimeout);
        Assert.Equal(500, kestrel.Limits.MaxConcurrentConnections);
        Assert.Equal(1000, kestrel.Limits.Http2.MaxStreamsPerConnection);
        Assert.Equal(100_000, kestrel.Limits.Http2.InitialConnectionWindowSize);
        Assert.Equal(70_000, kestrel.Limits.Http2.InitialStreamWindowSize);
        Assert.False(kestrel.AddServerHeader);
    }

    /// <summary>Silent ones count as well, and who was there before stays.</summary>
    [Fact]
    public async Task One_connection_too_many_is_closed()
    {
        await using var server = await ParrotServer.StartEchoAsync(
            options: new GrpcKestrelOptions { ConnectionsMax = 2 });
        using var silent = new TcpClient();
        await silent.ConnectAsync(server.Address.Host, server.Address.Port);
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        using var refused = new TcpClient();
        await refused.ConnectAsync(server.Address.Host, server.Address.Port);
        Assert.Equal(0, await refused.GetStream().ReadAsync(new byte[1]));
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say"));
        await connection.SendMessageAsync(1, []);
        Assert.Equal("0", (await connection.ReadAnswerAsync(1)).Headers["grpc-status"]);
    }

    /// <summary>Clients heed the limit, since HTTP/2 tells them; one that does not is refused that call only.</summary>
    [Fact]
    public async Task One_call_too_many_on_a_connection_is_refused_and_the_others_go_on()
    {
        await using var server = await ParrotServer.StartEchoAsync(
            options: new GrpcKestrelOptions { StreamsPerConnectionMax = 2 });
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say"));
        await connection.SendHeadersAsync(3, Http2Connection.CallHeaders("Say"));
        await connection.SendHeadersAsync(5, Http2Connection.CallHeaders("Say"));
        const uint RefusedStream = 7;
        Assert.Equal(RefusedStream, (await connection.ReadAnswerAsync(5)).Reset);
        await connection.SendMessageAsync(1, []);
        await connection.SendMessageAsync(3, []);
        Assert.Equal("0", (await connection.ReadAnswerAsync(1)).Headers["grpc-status"]);
        Assert.Equal("0", (await connection.ReadAnswerAsync(3)).Headers["grpc-status"]);
    }

    /// <summary>Wrong options change nothing.</summary>
    [Fact]
    public void Options_are_checked_first()
    {
        var kestrel = new KestrelServerOptions();
        var wrong = new GrpcKestrelOptions { StreamsPerConnectionMax = 0 };
        Assert.Throws<ArgumentException>(() => GrpcKestrel.Configure(kestrel, wrong));
        Assert.NotNull(kestrel.Limits.MaxRequestBodySize);
    }

    /// <summary>What the application decided about other headers stays.</summary>
    [Fact]
    public void Only_the_authority_is_read_otherwise()
    {
        var kestrel = new KestrelServerOptions
        {
            RequestHeaderEncodingSelector = name => name == "x-old" ? Encoding.Latin1 : null,
        };
        GrpcKestrel.Configure(kestrel, new GrpcKestrelOptions());
        Assert.Same(AuthorityEncoding.Instance, kestrel.RequestHeaderEncodingSelector(":authority"));
        Assert.Same(Encoding.Latin1, kestrel.RequestHeaderEncodingSelector("x-old"));
        Assert.Null(kestrel.RequestHeaderEncodingSelector("host"));
    }

    /// <summary>
    /// Under TLS the protocol is negotiated, and each side checks the other's certificate if it is asked to.
    /// </summary>
    [Fact]
    public async Task Calls_work_under_tls()
    {
        using var certificate = CreateCertificate();
        await using var application = await StartTlsAsync(certificate);
        var address = new Uri(application.Urls.First());
        using var trusting = new GrpcChannel(address, ParrotServer.ChannelOptions() with { Tls = Trust(certificate) });
        Assert.Equal("hi", (await SayAsync(trusting)).Text);
        using var distrusting = new GrpcChannel(address, ParrotServer.ChannelOptions());
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(distrusting));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Code);
        await application.StopAsync();
    }

    /// <summary>Behind TLS, too, an authority need not be a host.</summary>
    [Fact]
    public async Task Any_authority_is_served_under_tls()
    {
        using var certificate = CreateCertificate();
        await using var application = await StartTlsAsync(certificate);
        var tls = Trust(certificate);
        tls.TargetHost = "127.0.0.1";
        tls.ApplicationProtocols = [SslApplicationProtocol.Http2];
        await using var connection = await Http2Connection.OpenAsync(new Uri(application.Urls.First()), tls);
        var headers = Http2Connection.CallHeaders("Say");
        headers[1] = new(":scheme", "https");
        headers[3] = new(":authority", "https://127.0.0.1:2379,https://127.0.0.1:22379");
        await connection.SendHeadersAsync(1, headers);
        await connection.SendMessageAsync(1, [1, 2, 3]);
        Assert.Equal("0", (await connection.ReadAnswerAsync(1)).Headers["grpc-status"]);
        await application.StopAsync();
    }

    private static async Task<WebApplication> StartTlsAsync(X509Certificate2 certificate)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost
            .UseGrpcKestrel(new GrpcKestrelOptions())
            .UseKestrelHttpsConfiguration()
            .ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
            {
                listen.Protocols = HttpProtocols.Http1AndHttp2;
                listen.UseHttps(certificate);
            }));
        var application = builder.Build();
        var parrot = new GrpcServiceBuilder(ParrotServer.Parrot).RawUnary("Say", (request, _) => new(request)).Build();
        application.UseGrpc([parrot], new GrpcServerOptions { ReceiveBytesMax = 1000 }, TimeProvider.System);
        await application.StartAsync();
        return application;
    }

    private static SslClientAuthenticationOptions Trust(X509Certificate2 certificate) => new()
    {
        RemoteCertificateValidationCallback =
            (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint,
    };

    private static X509Certificate2 CreateCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=127.0.0.1", key, HashAlgorithmName.SHA256);
        var (from, to) = (DateTimeOffset.UnixEpoch, new DateTimeOffset(2100, 1, 1, 0, 0, 0, TimeSpan.Zero));
        using var ephemeral = request.CreateSelfSigned(from, to);
        return X509CertificateLoader.LoadPkcs12(ephemeral.Export(X509ContentType.Pkcs12), password: null);
    }

    private static Task<Phrase> SayAsync(GrpcChannel channel) => channel.UnaryAsync<Phrase, Phrase>(
        ParrotServer.Method("Say"),
        new Phrase { Text = "hi" },
        GrpcCallOptions.None,
        CancellationToken.None);
}
