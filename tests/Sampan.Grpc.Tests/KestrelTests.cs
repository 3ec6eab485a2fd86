using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
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
        Assert.Equal(1000, kestrel.Limits.Http2.MaxStreamsPerConnection);
        Assert.Equal(100_000, kestrel.Limits.Http2.InitialConnectionWindowSize);
        Assert.Equal(70_000, kestrel.Limits.Http2.InitialStreamWindowSize);
        Assert.False(kestrel.AddServerHeader);
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

    /// <summary>
    /// Under TLS the protocol is negotiated, and each side checks the other's certificate if it is asked to.
    /// </summary>
    [Fact]
    public async Task Calls_work_under_tls()
    {
        using var certificate = CreateCertificate();
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
        await using var application = builder.Build();
        var parrot = new GrpcServiceBuilder(ParrotServer.Parrot).RawUnary("Say", (request, _) => new(request)).Build();
        application.UseGrpc([parrot], new GrpcServerOptions { ReceiveBytesMax = 1000 }, TimeProvider.System);
        await application.StartAsync();
        var address = new Uri(application.Urls.First());

        using var trusting = new GrpcChannel(address, ParrotServer.ChannelOptions() with
        {
            Tls = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback =
                    (_, presented, _, _) => presented?.GetCertHashString() == certificate.Thumbprint,
            },
        });
        Assert.Equal("hi", (await SayAsync(trusting)).Text);
        using var distrusting = new GrpcChannel(address, ParrotServer.ChannelOptions());
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(distrusting));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Code);
        await application.StopAsync();
    }

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
