using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;
using Sampan.Testing;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: streams carry any number of messages in either direction, and end in every way they can.</summary>
public sealed class StreamingTests
{
    [Fact]
    public async Task The_server_may_stream()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        using var call = Open(channel, "Repeat");
        await call.WriteAsync(new Phrase { Text = "hi", Times = 500 });
        call.CompleteRequests();
        Assert.Equal(Enumerable.Range(0, 500), (await ReadAllAsync(call)).Select(phrase => phrase.Times));
    }

    [Fact]
    public async Task The_client_may_stream()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        using var call = Open(channel, "Collect");
        for (var i = 0; i < 500; i++)
        {
            await call.WriteAsync(new Phrase { Text = "x" });
        }

        call.CompleteRequests();
        var answer = Assert.Single(await ReadAllAsync(call));
        Assert.Equal(500, answer.Times);
        Assert.Equal(500, answer.Text.Length);
    }

    /// <summary>Question and answer in turns, on one stream, with messages larger than a window.</summary>
    [Fact]
    public async Task Both_may_stream()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        using var call = Open(channel, "Chat");
        for (var i = 0; i < 50; i++)
        {
            var phrase = new Phrase { Text = new string('y', i * 2000), Times = i };
            await call.WriteAsync(phrase);
            Assert.Equal(phrase, await call.ReadAsync());
        }

        call.CompleteRequests();
        Assert.Null(await call.ReadAsync());
    }

    /// <summary>Messages that are buffered leave together, in order.</summary>
    [Fact]
    public async Task A_handler_may_buffer()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Streaming<Phrase, Phrase>(
            "Repeat",
            async (requests, responses, call) =>
            {
                var request = await requests.ReadAsync();
                call.AddTrailer("count", "20");
                for (var i = 0; i < request!.Times; i++)
                {
                    responses.Write(new Phrase { Times = i });
                }

                await responses.FlushAsync();
            }));
        using var channel = server.Open();
        using var call = Open(channel, "Repeat");
        await call.WriteAsync(new Phrase { Times = 20 });
        call.CompleteRequests();
        Assert.Equal(Enumerable.Range(0, 20), (await ReadAllAsync(call)).Select(phrase => phrase.Times));
        Assert.Contains(new("count", "20"), call.Trailers);
    }

    /// <summary>A handler that fails midway: what it sent comes first, then its status.</summary>
    [Fact]
    public async Task An_error_after_messages_arrives_behind_them()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Streaming<Phrase, Phrase>(
            "Chat",
            async (requests, responses, _) =>
            {
                await responses.WriteAsync((await requests.ReadAsync())!);
                throw new GrpcException(GrpcStatusCode.Aborted, "enough");
            }));
        using var channel = server.Open();
        using var call = Open(channel, "Chat");
        await call.WriteAsync(new Phrase { Text = "hi" });
        Assert.Equal("hi", (await call.ReadAsync())?.Text);
        var error = await Assert.ThrowsAsync<GrpcException>(async () => await call.ReadAsync());
        Assert.Equal((GrpcStatusCode.Aborted, "enough"), (error.Code, error.Message));
    }

    /// <summary>A stream that fails before its first message says so in its head.</summary>
    [Fact]
    public async Task An_error_before_messages_arrives_at_once()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Streaming<Phrase, Phrase>(
            "Chat",
            (_, _, _) => throw new GrpcException(GrpcStatusCode.Unauthenticated, "who?")));
        using var channel = server.Open();
        using var call = Open(channel, "Chat");
        var error = await Assert.ThrowsAsync<GrpcException>(async () => await call.ReadAsync());
        Assert.Equal((GrpcStatusCode.Unauthenticated, "who?"), (error.Code, error.Message));
    }

    /// <summary>A client that lets a call go resets it; the handler's reads and writes end.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_reset_ends_the_handler(bool isReading)
    {
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var outcome = new TaskCompletionSource<Exception>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Streaming<Phrase, Phrase>(
            "Chat",
            async (requests, responses, _) =>
            {
                inside.SetResult();
                try
                {
                    // A writer fills the client's window, and then waits.
                    while (isReading ? await requests.ReadAsync() is not null : inside.Task.IsCompleted)
                    {
                        await responses.WriteAsync(new Phrase { Text = new string('z', 10_000) });
                    }
                }
                catch (Exception error)
                {
                    outcome.SetResult(error);
                    throw;
                }
            }));
        using var channel = server.Open();
        var call = Open(channel, "Chat");
        await inside.Task;
        call.Dispose();
        Assert.IsAssignableFrom<OperationCanceledException>(await outcome.Task);
        Assert.Empty(server.Logs);
    }

    /// <summary>A deadline ends a stream that is read.</summary>
    [Fact]
    public async Task A_deadline_ends_a_stream()
    {
        var time = new ManualTime();
        await using var server = await ParrotServer.StartAsync(
            parrot => parrot.Streaming<Phrase, Phrase>("Chat", async (requests, responses, _) =>
            {
                await responses.WriteAsync(new Phrase());
                var read = requests.ReadAsync();
                time.Advance(TimeSpan.FromSeconds(1));
                await read;
            }),
            time);
        using var channel = server.Open(new ManualTime());
        using var call = channel.Open<Phrase, Phrase>(
            ParrotServer.Method("Chat"),
            new GrpcCallOptions { Timeout = TimeSpan.FromSeconds(1) },
            CancellationToken.None);
        Assert.NotNull(await call.ReadAsync());
        var error = await Assert.ThrowsAsync<GrpcException>(async () => await call.ReadAsync());
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, error.Code);
    }

    /// <summary>A server that stops ends its streams, instead of waiting for them.</summary>
    [Fact]
    public async Task A_stop_ends_streams()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Streaming<Phrase, Phrase>(
            "Chat",
            async (requests, responses, _) =>
            {
                await responses.WriteAsync(new Phrase());
                await requests.ReadAsync();
            }));
        using var channel = server.Open();
        using var call = Open(channel, "Chat");
        Assert.NotNull(await call.ReadAsync());
        var stop = server.StopAsync();
        var error = await Assert.ThrowsAsync<GrpcException>(async () => await call.ReadAsync());
        Assert.Equal(GrpcStatusCode.Unavailable, error.Code);
        await stop;
    }

    private static GrpcDuplexCall<Phrase, Phrase> Open(GrpcChannel channel, string method) =>
        channel.Open<Phrase, Phrase>(ParrotServer.Method(method), GrpcCallOptions.None, CancellationToken.None);

    private static async Task<List<Phrase>> ReadAllAsync(GrpcDuplexCall<Phrase, Phrase> call)
    {
        var all = new List<Phrase>();
        while (await call.ReadAsync() is { } phrase)
        {
            all.Add(phrase);
        }

        return all;
    }
}
