using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;
using Sampan.Grpc.Wire;
using Sampan.Testing;

namespace Sampan.Grpc.Tests;

/// <summary>Purpose: a deadline ends a call on both sides, by the clock each side was given.</summary>
public sealed class DeadlineTests
{
    /// <summary>All units; what is no timeout is told apart.</summary>
    [Theory]
    [InlineData("1H", 36_000_000_000)]
    [InlineData("2M", 1_200_000_000)]
    [InlineData("3S", 30_000_000)]
    [InlineData("4m", 40_000)]
    [InlineData("5u", 50)]
    [InlineData("600n", 6)]
    [InlineData("1n", 1)]
    [InlineData("0n", 0)]
    [InlineData("99999999n", 1_000_000)]
    [InlineData("99999999H", 36_500L * 864_000_000_000)]
    public void Every_unit_is_read(string text, long ticks)
    {
        Assert.True(GrpcTimeout.TryParse(text, out var timeout));
        Assert.Equal(ticks, timeout.Ticks);
    }

    [Theory]
    [InlineData("")]
    [InlineData("S")]
    [InlineData("1")]
    [InlineData("1s")]
    [InlineData("1h")]
    [InlineData("-1S")]
    [InlineData("+1S")]
    [InlineData(" 1S")]
    [InlineData("1.5S")]
    [InlineData("123456789S")]
    public void Malformed_timeouts_are_refused(string text) => Assert.False(GrpcTimeout.TryParse(text, out _));

    /// <summary>The finest unit that fits into eight digits.</summary>
    [Theory]
    [InlineData(0, "0n")]
    [InlineData(-5, "0n")]
    [InlineData(50, "5u")]
    [InlineData(50_000_000, "5000000u")]
    [InlineData(36_000_000_000, "3600000m")]
    [InlineData(36_500L * 864_000_000_000, "52560000M")]
    public void A_timeout_is_written_in_the_finest_unit(long ticks, string expected)
    {
        var text = GrpcTimeout.Format(new TimeSpan(ticks));
        Assert.Equal(expected, text);
        Assert.True(GrpcTimeout.TryParse(text, out _));
    }

    /// <summary>The server's clock passes the deadline: the handler's token ends and the answer says so.</summary>
    [Fact]
    public async Task The_server_ends_a_call_at_its_deadline()
    {
        var (serverTime, clientTime) = (new ManualTime(), new ManualTime());
        DateTimeOffset? deadline = null;
        await using var server = await ParrotServer.StartAsync(
            parrot => parrot.Unary<Phrase, Phrase>("Say", async (request, call) =>
            {
                deadline = call.Deadline;
                var wait = WaitAsync(call.Cancellation);
                serverTime.Advance(TimeSpan.FromSeconds(2));
                await wait;
                return request;
            }),
            serverTime);
        using var channel = server.Open(clientTime);
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, TimeSpan.FromSeconds(2)));
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, error.Code);
        Assert.Equal("The deadline passed before the call was done.", error.Message);
        Assert.Equal(new DateTimeOffset(2000, 1, 1, 0, 0, 2, TimeSpan.Zero), deadline);
    }

    /// <summary>The client's clock passes the deadline: it waits no longer, and its reset ends the handler.</summary>
    [Fact]
    public async Task The_client_ends_a_call_at_its_deadline()
    {
        var clientTime = new ManualTime();
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var server = await ParrotServer.StartAsync(
            parrot => parrot.Unary<Phrase, Phrase>("Say", async (request, call) =>
            {
                using var end = call.Cancellation.Register(ended.SetResult);
                clientTime.Advance(TimeSpan.FromSeconds(2));
                await ended.Task;
                return request;
            }),
            new ManualTime());
        using var channel = server.Open(clientTime);
        var error = await Assert.ThrowsAsync<GrpcException>(() => SayAsync(channel, TimeSpan.FromSeconds(2)));
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, error.Code);
        Assert.Equal("The deadline passed before the answer came.", error.Message);
        await ended.Task;
    }

    /// <summary>A deadline that has passed already reaches no handler.</summary>
    [Theory]
    [InlineData("0n", GrpcStatusCode.DeadlineExceeded)]
    [InlineData("soon", GrpcStatusCode.Internal)]
    public async Task A_bad_deadline_reaches_no_handler(string timeout, GrpcStatusCode expected)
    {
        await using var server = await ParrotServer.StartAsync(
            parrot => parrot.Unary<Phrase, Phrase>("Say", (_, _) => throw new InvalidOperationException("reached")));
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var header = KeyValuePair.Create("grpc-timeout", timeout);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say", header));
        await connection.SendMessageAsync(1, []);
        var answer = await connection.ReadAnswerAsync(1);
        Assert.Equal($"{(int)expected}", answer.Headers["grpc-status"]);
        Assert.Empty(server.Logs);
    }

    /// <summary>A request whose body stops midway is ended by its deadline, like any other.</summary>
    [Fact]
    public async Task A_deadline_ends_the_wait_for_a_body()
    {
        var time = new ManualTime();
        await using var server = await ParrotServer.StartEchoAsync(time);
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var header = KeyValuePair.Create("grpc-timeout", "1S");
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say", header));
        await connection.SendDataAsync(1, [0, 0, 0], endsStream: false);

        // The handler's timer may not be there yet: the clock goes on until the answer is.
        var reading = connection.ReadAnswerAsync(1);
        while (!reading.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await connection.PingAsync();
        }

        Assert.Equal("4", (await reading).Headers["grpc-status"]);
    }

    private static async Task WaitAsync(CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = cancellation.Register(ended.SetResult);
        await ended.Task;
        cancellation.ThrowIfCancellationRequested();
    }

    private static Task<Phrase> SayAsync(GrpcChannel channel, TimeSpan timeout) => channel.UnaryAsync<Phrase, Phrase>(
        ParrotServer.Method("Say"),
        new Phrase(),
        new GrpcCallOptions { Timeout = timeout },
        CancellationToken.None);
}
