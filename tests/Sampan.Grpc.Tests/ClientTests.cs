using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;
using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: whatever a server answers, or does not, the client throws a status that says what to do.</summary>
public sealed class ClientTests
{
    /// <summary>Nobody listens: UNAVAILABLE, for calls of both kinds.</summary>
    [Fact]
    public async Task A_server_that_is_not_there_is_unavailable()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var address = new Uri($"http://{socket.LocalEndPoint}");
        using var channel = new GrpcChannel(address, ParrotServer.ChannelOptions());
        var error = await Assert.ThrowsAsync<GrpcException>(() => CallAsync(channel));
        Assert.Equal(GrpcStatusCode.Unavailable, error.Code);
        using var call = channel.Open<Phrase, Phrase>(
            ParrotServer.Method("Chat"),
            GrpcCallOptions.None,
            CancellationToken.None);
        Assert.Equal(
            GrpcStatusCode.Unavailable,
            (await Assert.ThrowsAsync<GrpcException>(async () => await call.WriteAsync(new Phrase()))).Code);
        Assert.Equal(
            GrpcStatusCode.Unavailable,
            (await Assert.ThrowsAsync<GrpcException>(async () => await call.ReadAsync())).Code);
    }

    /// <summary>A connection that breaks during the call, and one that comes back for the next.</summary>
    [Fact]
    public async Task A_connection_that_breaks_is_unavailable_and_made_again()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = new GrpcChannel(new Uri($"http://{listener.LocalEndpoint}"), ParrotServer.ChannelOptions());
        for (var i = 0; i < 2; i++)
        {
            var call = CallAsync(channel);
            using (var server = await listener.AcceptTcpClientAsync())
            {
                await server.GetStream().ReadExactlyAsync(new byte[24]);
            }

            Assert.Equal(GrpcStatusCode.Unavailable, (await Assert.ThrowsAsync<GrpcException>(() => call)).Code);
        }
    }

    /// <summary>Answers that are not gRPC's become the status that its table gives them.</summary>
    [Theory]
    [InlineData(400, "text/html", null, GrpcStatusCode.Internal)]
    [InlineData(401, "text/html", null, GrpcStatusCode.Unauthenticated)]
    [InlineData(403, "text/html", null, GrpcStatusCode.PermissionDenied)]
    [InlineData(404, "text/html", null, GrpcStatusCode.Unimplemented)]
    [InlineData(503, "text/html", null, GrpcStatusCode.Unavailable)]
    [InlineData(500, "text/html", null, GrpcStatusCode.Unknown)]
    [InlineData(200, "text/html", null, GrpcStatusCode.Unknown)]
    [InlineData(200, "application/grpc", null, GrpcStatusCode.Unknown)]
    [InlineData(200, "application/grpc", "0", GrpcStatusCode.Internal)]
    [InlineData(200, "application/grpc", "5", GrpcStatusCode.NotFound)]
    [InlineData(200, "application/grpc", "77", GrpcStatusCode.Unknown)]
    [InlineData(200, "application/grpc", "what", GrpcStatusCode.Unknown)]
    public async Task Strange_answers_have_a_status(int http, string type, string? status, GrpcStatusCode expected)
    {
        await using var server = await StartAsync(context =>
        {
            context.Response.StatusCode = http;
            context.Response.ContentType = type;
            if (status is not null)
            {
                context.Response.Headers["grpc-status"] = status;
            }

            return Task.CompletedTask;
        });
        using var channel = new GrpcChannel(new Uri(server.Urls.First()), ParrotServer.ChannelOptions());
        Assert.Equal(expected, (await Assert.ThrowsAsync<GrpcException>(() => CallAsync(channel))).Code);
        await server.StopAsync();
    }

    /// <summary>Bodies that are not one message, and streams that are reset.</summary>
    [Theory]
    [InlineData("000000", GrpcStatusCode.Internal)]
    [InlineData("00000000000000000000", GrpcStatusCode.Internal)]
    [InlineData("0100000000", GrpcStatusCode.Internal)]
    [InlineData("reset", GrpcStatusCode.Internal)]
    public async Task Broken_answers_have_a_status(string body, GrpcStatusCode expected)
    {
        await using var server = await StartAsync(async context =>
        {
            context.Response.ContentType = "application/grpc";
            if (body == "reset")
            {
                context.Abort();
                return;
            }

            await context.Response.BodyWriter.WriteAsync(Convert.FromHexString(body));
            context.Response.AppendTrailer("grpc-status", "0");
        });
        using var channel = new GrpcChannel(new Uri(server.Urls.First()), ParrotServer.ChannelOptions());
        Assert.Equal(expected, (await Assert.ThrowsAsync<GrpcException>(() => CallAsync(channel))).Code);
        await server.StopAsync();
    }

    /// <summary>Wrong options and addresses are refused with the name, the value and what is allowed.</summary>
    [Fact]
    public void Wrong_options_are_refused()
    {
        var good = ParrotServer.ChannelOptions();
        AssertRefused("ReceiveBytesMax is 0;", good with { ReceiveBytesMax = 0 });
        AssertRefused("Connections is 65;", good with { Connections = 65 });
        AssertRefused("ConnectTimeout is 00:00:00;", good with { ConnectTimeout = TimeSpan.Zero });
        AssertRefused("KeepAlivePingDelay is 2.00:00:00;", good with { KeepAlivePingDelay = TimeSpan.FromDays(2) });
        Assert.Throws<ArgumentException>(() => new GrpcChannel(new Uri("ftp://a"), good));
        Assert.Throws<ArgumentException>(() => new GrpcCallOptions { Timeout = TimeSpan.FromTicks(-1) }.Validate());
        Assert.Throws<ArgumentException>(() => new GrpcCallOptions { Metadata = [new("Loud", "x")] }.Validate());
        Assert.Throws<ArgumentException>(() => new GrpcCallOptions { Metadata = [new("grpc-x", "x")] }.Validate());
        Assert.Throws<ArgumentException>(() => new GrpcCallOptions { Metadata = [new("x", "a\nb")] }.Validate());
    }

    private static void AssertRefused(string start, GrpcChannelOptions options)
    {
        var error = Assert.Throws<ArgumentException>(() => new GrpcChannel(new Uri("http://localhost"), options));
        Assert.StartsWith(start, error.Message, StringComparison.Ordinal);
        Assert.Contains("allowed is", error.Message, StringComparison.Ordinal);
    }

    private static Task<Phrase> CallAsync(GrpcChannel channel) => channel.UnaryAsync<Phrase, Phrase>(
        ParrotServer.Method("Say"),
        new Phrase(),
        GrpcCallOptions.None,
        CancellationToken.None);

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2));
        var application = builder.Build();
        application.Run(answer);
        await application.StartAsync();
        return application;
    }
}
