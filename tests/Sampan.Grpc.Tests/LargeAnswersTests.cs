using Google.Protobuf;
using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;
using Sampan.Testing;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: large answers leave in pieces, as fast as their caller reads, and a caller must read.</summary>
public sealed class LargeAnswersTests
{
    private static readonly byte[] _phrase = new Phrase { Text = new string('x', 600_000) }.ToByteArray();

    [Fact]
    public async Task A_large_answer_arrives_whole()
    {
        await using var server = await ParrotServer.StartAsync(
            parrot => parrot.RawUnary("Say", (_, _) => new(_phrase)));
        using var channel = server.Open();
        var answer = await channel.RawUnaryAsync(
            "/sampan.grpc.test.Parrot/Say", default, new GrpcCallOptions(), CancellationToken.None);
        Assert.True(answer.Span.SequenceEqual(_phrase));
    }

    /// <summary>The window of a call is 16 KiB and is never opened again; that of the connection has room.</summary>
    [Fact]
    public async Task A_caller_that_does_not_read_loses_its_call()
    {
        var time = new ManualTime();
        var held = new Held();
        await using var server = await ParrotServer.StartAsync(
            parrot => parrot.RawUnary("Say", (request, call) =>
            {
                if (request.IsEmpty)
                {
                    call.DisposeAtEnd(held);
                    return new(_phrase);
                }

                return new(request);
            }),
            time);
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendFrameAsync(Http2Connection.Settings, flags: 0, stream: 0, [0, 4, 0, 0, 0x40, 0]);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say"));
        await connection.SendMessageAsync(1, []);
        await connection.SendHeadersAsync(3, Http2Connection.CallHeaders("Say"));
        await connection.SendMessageAsync(3, [0x10, 7]);
        var answer = connection.ReadAnswerAsync(1);
        while (!answer.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await connection.PingAsync();
        }

        Assert.NotNull((await answer).Reset);
        await held.Disposed.Task;
        Assert.Equal("0", (await connection.ReadAnswerAsync(3)).Headers["grpc-status"]);
        Assert.DoesNotContain(server.Logs, line => line.Contains("fail", StringComparison.OrdinalIgnoreCase));
    }

    private sealed class Held : IDisposable
    {
        public TaskCompletionSource Disposed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Dispose() => Disposed.TrySetResult();
    }
}
