using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;
using Sampan.Testing;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: requests that never end hold a bounded number of bytes, and not for ever.</summary>
public sealed class UnfinishedBodiesTests
{
    private const int BodyBytes = 30_000;

    private static readonly GrpcServerOptions _limits = new()
    {
        ReceiveBytesMax = 40_000,
        BodyBytesMax = 100_000,
        ConnectionBodyBytesMax = 70_000,
    };

    [Fact]
    public async Task A_connection_and_all_connections_hold_so_many_bytes_and_no_more()
    {
        await using var server = await ParrotServer.StartEchoAsync(limits: _limits);
        await using var one = await Http2Connection.OpenAsync(server.Address);
        await BeginAsync(one, 1);
        await BeginAsync(one, 3);
        await BeginAsync(one, 5);
        AssertRefused(await one.ReadAnswerAsync(5));

        await using var two = await Http2Connection.OpenAsync(server.Address);
        await BeginAsync(two, 1);
        await BeginAsync(two, 3);
        AssertRefused(await two.ReadAnswerAsync(3));

        // Small ones pass, and what ends makes room.
        await two.SendHeadersAsync(5, Http2Connection.CallHeaders("Say"));
        await two.SendMessageAsync(5, [0x10, 7]);
        Assert.Equal("0", (await two.ReadAnswerAsync(5)).Headers["grpc-status"]);
        await one.SendDataAsync(1, [0], endsStream: true);
        await one.ReadAnswerAsync(1);
        await BeginAsync(two, 7);
        await two.SendDataAsync(7, [0], endsStream: true);
        Assert.Equal("13", (await two.ReadAnswerAsync(7)).Headers["grpc-status"]);
    }

    [Fact]
    public async Task A_connection_that_breaks_gives_back_what_it_held()
    {
        await using var server = await ParrotServer.StartEchoAsync(limits: _limits);
        await using (var gone = await Http2Connection.OpenAsync(server.Address))
        {
            await BeginAsync(gone, 1);
            await BeginAsync(gone, 3);
        }

        await using var other = await Http2Connection.OpenAsync(server.Address);
        for (var stream = 1; ; stream += 2)
        {
            // The server may take notice of the broken one later than of this one.
            await BeginAsync(other, stream);
            await BeginAsync(other, stream += 2);
            await other.SendDataAsync(stream - 2, [0], endsStream: true);
            await other.SendDataAsync(stream, [0], endsStream: true);
            var first = await other.ReadAnswerAsync(stream - 2);
            var second = await other.ReadAnswerAsync(stream);
            if (first.Headers["grpc-status"] == "13" && second.Headers["grpc-status"] == "13")
            {
                return;
            }
        }
    }

    [Fact]
    public async Task A_request_must_come_in_time()
    {
        var time = new ManualTime();
        await using var server = await ParrotServer.StartEchoAsync(time, limits: _limits);
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await BeginAsync(connection, 1);
        var answer = connection.ReadAnswerAsync(1);
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await connection.PingAsync();
        }

        var headers = (await answer).Headers;
        Assert.Equal("4", headers["grpc-status"]);
        Assert.Equal("sampan: the request did not come within 00:01:00", headers["grpc-message"]);
        Assert.Empty(server.Logs);
    }

    [Fact]
    public async Task One_call_too_many_is_refused_and_the_next_may_come()
    {
        await using var server = await ParrotServer.StartEchoAsync(limits: _limits with { CallsMax = 2 });
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say"));
        await connection.SendHeadersAsync(3, Http2Connection.CallHeaders("Chat"));
        await connection.PingAsync();
        await connection.SendHeadersAsync(5, Http2Connection.CallHeaders("Say"));
        var refused = await connection.ReadAnswerAsync(5);
        Assert.Equal("8", refused.Headers["grpc-status"]);
        await connection.SendMessageAsync(1, []);
        await connection.ReadAnswerAsync(1);
        for (var stream = 7; stream < 47; stream += 4)
        {
            // Methods without a handler count no longer than they take.
            await connection.SendHeadersAsync(stream, Http2Connection.CallHeaders("Forget"));
            await connection.SendMessageAsync(stream, []);
            Assert.Equal("12", (await connection.ReadAnswerAsync(stream)).Headers["grpc-status"]);
            await connection.SendHeadersAsync(stream + 2, Http2Connection.CallHeaders("Say"));
            await connection.SendMessageAsync(stream + 2, []);
            Assert.Equal("0", (await connection.ReadAnswerAsync(stream + 2)).Headers["grpc-status"]);
        }
    }

    // All but the last byte; the frame is no larger than a server takes without being asked.
    private static async Task BeginAsync(Http2Connection connection, int stream)
    {
        var body = Http2Connection.Prefixed(new byte[BodyBytes])[..^1];
        await connection.SendHeadersAsync(stream, Http2Connection.CallHeaders("Say"));
        await connection.SendDataAsync(stream, body[..15_000], endsStream: false);
        await connection.SendDataAsync(stream, body[15_000..], endsStream: false);
        await connection.PingAsync();
    }

    private static void AssertRefused(Http2Answer answer)
    {
        Assert.Equal("8", answer.Headers["grpc-status"]);
        Assert.Equal(
            "sampan: too many bytes of requests are under way; send fewer at a time", answer.Headers["grpc-message"]);
    }
}
