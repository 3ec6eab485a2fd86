using System.Text;
using Google.Protobuf;
using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: a call with one message each way arrives whole, and so does every way it can fail.</summary>
public sealed class UnaryTests
{
    private const string Say = "/sampan.grpc.test.Parrot/Say";

    /// <summary>Messages of all sizes come back as they were, small ones in one block, large ones in many.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2048)]
    [InlineData(5000)]
    [InlineData(200_000)]
    public async Task A_typed_handler_answers(int sizeBytes)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        var request = new Phrase { Payload = ByteString.CopyFrom(new byte[sizeBytes]) };
        Assert.Equal(request, await SayAsync(channel, request));
    }

    /// <summary>A raw handler gets the bytes of the message and nothing else, and keeps them.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(100)]
    [InlineData(200_000)]
    public async Task A_raw_handler_passes_bytes(int sizeBytes)
    {
        ReadOnlyMemory<byte> kept = default;
        await using var server = await ParrotServer.StartAsync(parrot => parrot.RawUnary("Say", (request, _) =>
        {
            kept = request;
            return new(request);
        }));
        using var channel = server.Open();
        var sent = new byte[sizeBytes];
        new Random(sizeBytes).NextBytes(sent);
        var answer = await channel.RawUnaryAsync(Say, sent, GrpcCallOptions.None, CancellationToken.None);
        Assert.Equal(sent, answer.ToArray());
        await channel.RawUnaryAsync(Say, new byte[sizeBytes], GrpcCallOptions.None, CancellationToken.None);
        Assert.Equal(sent.Length, kept.Length);
    }

    /// <summary>Whoever asks a service how its methods were called gets every call, by how it ended.</summary>
    [Fact]
    public async Task Calls_are_counted_by_status()
    {
        GrpcServiceDefinition? service = null;
        await using var server = await ParrotServer.StartAsync(
            bound => bound.Unary<Phrase, Phrase>("Say", (request, _) => request.Payload.IsEmpty
                ? throw new GrpcException(GrpcStatusCode.NotFound, "nothing")
                : new(request)),
            built: definition => service = definition);
        using var channel = server.Open();
        await SayAsync(channel, new Phrase { Payload = ByteString.CopyFromUtf8("a") });
        await SayAsync(channel, new Phrase { Payload = ByteString.CopyFromUtf8("b") });
        await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, new Phrase()));
        var calls = Assert.Single(service?.CountCalls() ?? [], method => method.Method == "Say");
        Assert.Equal(("sampan.grpc.test.Parrot", "unary", 3), (calls.Service, calls.Kind, calls.Started));
        Assert.Equal(
            [KeyValuePair.Create(GrpcStatusCode.Ok, 2L), KeyValuePair.Create(GrpcStatusCode.NotFound, 1L)],
            calls.Ended);
    }

    /// <summary>More calls at once than HTTP/2's customary hundred, all of them inside their handlers.</summary>
    [Fact]
    public async Task Calls_at_once_are_not_bound_to_a_hundred()
    {
        const int Calls = 300;
        var inside = 0;
        var allInside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Unary<Phrase, Phrase>(
            "Say",
            async (request, _) =>
            {
                if (Interlocked.Increment(ref inside) == Calls)
                {
                    allInside.SetResult();
                }

                await allInside.Task;
                return request;
            }));
        using var channel = server.Open();
        var calls = Enumerable.Range(0, Calls).Select(i => SayAsync(channel, new Phrase { Times = i })).ToList();
        var answers = await Task.WhenAll(calls);
        Assert.Equal(Enumerable.Range(0, Calls), answers.Select(answer => answer.Times));
    }

    /// <summary>Several connections serve one channel.</summary>
    [Fact]
    public async Task Calls_go_over_several_connections()
    {
        var peers = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Unary<Phrase, Phrase>(
            "Say",
            (request, call) =>
            {
                peers[call.Peer] = true;
                return new(request);
            }));
        using var channel = new GrpcChannel(server.Address, ParrotServer.ChannelOptions() with { Connections = 3 });
        for (var i = 0; i < 9; i++)
        {
            await SayAsync(channel, new Phrase());
        }

        Assert.Equal(3, peers.Count);
    }

    /// <summary>A status, its text in any script, and its trailers reach the caller.</summary>
    [Fact]
    public async Task A_status_arrives_with_text_and_trailers()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Unary<Phrase, Phrase>(
            "Say",
            (_, call) =>
            {
                call.AddTrailer("seen", "yes");
                throw new GrpcException(GrpcStatusCode.NotFound, "100% 舢板\n") { Trailers = [new("left", "right")] };
            }));
        using var channel = server.Open();
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, new Phrase()));
        Assert.Equal(GrpcStatusCode.NotFound, error.Code);
        Assert.Equal("100% 舢板\n", error.Message);
        Assert.Contains(new("left", "right"), error.Trailers);
        Assert.Contains(new("seen", "yes"), error.Trailers);
        Assert.Empty(server.Logs);
    }

    /// <summary>What a handler did not mean to say stays on the server, in its log.</summary>
    [Fact]
    public async Task An_unexpected_exception_is_logged_and_not_told()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Unary<Phrase, Phrase>(
            "Say",
            (_, _) => throw new InvalidOperationException("secret")));
        using var channel = server.Open();
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, new Phrase()));
        Assert.Equal(GrpcStatusCode.Internal, error.Code);
        Assert.DoesNotContain("secret", error.Message, StringComparison.Ordinal);
        var line = Assert.Single(server.Logs);
        Assert.StartsWith("2000 ", line, StringComparison.Ordinal);
        Assert.EndsWith("secret", line, StringComparison.Ordinal);
    }

    /// <summary>A method without a handler, an unknown method and an unknown service are UNIMPLEMENTED.</summary>
    [Theory]
    [InlineData("/sampan.grpc.test.Parrot/Forget", "sampan.grpc.test.Parrot/Forget is not supported yet")]
    [InlineData("/sampan.grpc.test.Parrot/Sing", "unknown method Sing for service sampan.grpc.test.Parrot")]
    [InlineData("/no.such.Service/Say", "unknown service no.such.Service")]
    [InlineData("/", "malformed method name: \"/\"")]
    public async Task What_is_not_served_is_unimplemented(string path, string text)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        var error = await Assert.ThrowsAsync<GrpcException>(
            () => channel.RawUnaryAsync(path, default, GrpcCallOptions.None, CancellationToken.None));
        Assert.Equal(GrpcStatusCode.Unimplemented, error.Code);
        Assert.Contains(text, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Metadata goes both ways, binary too.</summary>
    [Fact]
    public async Task Metadata_reaches_the_handler()
    {
        var all = new Dictionary<string, string>(StringComparer.Ordinal);
        byte[]? bytes = null;
        var isDark = true;
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Unary<Phrase, Phrase>(
            "Say",
            (request, call) =>
            {
                all = new(call.Metadata, StringComparer.Ordinal);
                call.TryGetBinaryMetadata("key-bin", out bytes);
                isDark = call.TryGetMetadata("dark", out _);
                return new(new Phrase { Text = call.Method });
            }));
        using var channel = server.Open();
        var options = new GrpcCallOptions
        {
            Metadata = [new("colour", "green"), new("key-bin", Convert.ToBase64String([1, 2, 3, 4]).TrimEnd('='))],
        };
        var answer = await SayAsync(channel, new Phrase(), options);
        Assert.Equal("sampan.grpc.test.Parrot/Say", answer.Text);
        Assert.Equal("green", all["colour"]);
        Assert.Equal([1, 2, 3, 4], bytes);
        Assert.False(isDark);
    }

    /// <summary>Binary metadata that is none is the caller's mistake.</summary>
    [Fact]
    public async Task Binary_metadata_must_be_base64()
    {
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Unary<Phrase, Phrase>(
            "Say",
            (request, call) => call.TryGetBinaryMetadata("key-bin", out _) ? new(request) : new(new Phrase())));
        using var channel = server.Open();
        var options = new GrpcCallOptions { Metadata = [new("key-bin", "?!")] };
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, new Phrase(), options));
        Assert.Equal(GrpcStatusCode.InvalidArgument, error.Code);
    }

    /// <summary>A request above the limit is refused with a sentence that names both numbers.</summary>
    [Fact]
    public async Task A_request_that_is_too_large_is_refused()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        var request = new byte[ParrotServer.ReceiveBytesMax + 1];
        var error = await Assert.ThrowsAsync<GrpcException>(
            () => channel.RawUnaryAsync(Say, request, GrpcCallOptions.None, CancellationToken.None));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Code);
        Assert.Equal("grpc: received message larger than max (262145 vs. 262144)", error.Message);
        Assert.Equal(new Phrase(), await SayAsync(channel, new Phrase()));
    }

    /// <summary>A response above the client's limit fails the call and not the connection.</summary>
    [Fact]
    public async Task A_response_that_is_too_large_is_refused()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        var options = ParrotServer.ChannelOptions() with { ReceiveBytesMax = 10 };
        using var channel = new GrpcChannel(server.Address, options);
        var request = new Phrase { Text = new string('a', 100_000) };
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, request));
        Assert.Equal(GrpcStatusCode.ResourceExhausted, error.Code);
        Assert.Equal("hi", (await SayAsync(channel, new Phrase { Text = "hi" })).Text);
    }

    /// <summary>Bytes that are no such message are answered INTERNAL, as gRPC's table has it.</summary>
    [Fact]
    public async Task A_message_that_cannot_be_decoded_is_refused()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var channel = server.Open();
        var error = await Assert.ThrowsAsync<GrpcException>(
            () => channel.RawUnaryAsync(
                Say,
                new byte[] { 0xff, 0xff },
                GrpcCallOptions.None,
                CancellationToken.None));
        Assert.Equal(GrpcStatusCode.Internal, error.Code);
        Assert.Equal("The message is no valid Phrase.", error.Message);
        Assert.Empty(server.Logs);
    }

    /// <summary>The caller's token ends the call, and the handler hears of it.</summary>
    [Fact]
    public async Task Cancellation_reaches_the_handler()
    {
        var inside = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ParrotServer.StartAsync(parrot => parrot.Unary<Phrase, Phrase>(
            "Say",
            async (request, call) =>
            {
                using var end = call.Cancellation.Register(ended.SetResult);
                inside.SetResult();
                await ended.Task;
                call.Cancellation.ThrowIfCancellationRequested();
                return request;
            }));
        using var channel = server.Open();
        using var cancellation = new CancellationTokenSource();
        var call = channel.UnaryAsync<Phrase, Phrase>(
            ParrotServer.Method("Say"),
            new Phrase(),
            GrpcCallOptions.None,
            cancellation.Token);
        await inside.Task;
        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        await ended.Task;
        Assert.Empty(server.Logs);
    }

    /// <summary>Behind endpoint routing the same calls are answered, and other pages still are.</summary>
    [Fact]
    public async Task Services_can_be_mapped_as_endpoints()
    {
        await using var server = await ParrotServer.StartAsync(
            parrot => parrot.Unary<Phrase, Phrase>("Say", (request, _) => new(request)),
            isRouted: true);
        using var channel = server.Open();
        Assert.Equal("hi", (await SayAsync(channel, new Phrase { Text = "hi" })).Text);
        var error = await Assert.ThrowsAsync<GrpcException>(
            () => channel.RawUnaryAsync("/a/b", default, GrpcCallOptions.None, CancellationToken.None));
        Assert.Equal(GrpcStatusCode.Unimplemented, error.Code);
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal("a page", await http.GetStringAsync("/version"));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await http.GetAsync("/none")).StatusCode);
    }

    private static Task<Phrase> SayAsync(GrpcChannel channel, Phrase request, GrpcCallOptions? options = null) =>
        channel.UnaryAsync<Phrase, Phrase>(
            ParrotServer.Method("Say"),
            request,
            options ?? GrpcCallOptions.None,
            CancellationToken.None);
}
