using System.IO.Compression;
using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;
using Sampan.Testing;

namespace Sampan.Grpc.Tests;

/// <summary>
/// Purpose: whatever bytes come, the answer is the proper status or a closed connection, and the server goes on.
/// </summary>
public sealed class MalformedInputTests
{
    private static readonly KeyValuePair<string, string> _gzip = new("grpc-encoding", "gzip");

    /// <summary>Bodies that are not exactly one well-formed message.</summary>
    [Theory]
    [InlineData("", 12, "exactly one message; the request has none")]
    [InlineData("00", 13, "ends inside a message")]
    [InlineData("00000000", 13, "ends inside a message")]
    [InlineData("0000000002", 13, "ends inside a message")]
    [InlineData("00000000020a", 13, "ends inside a message")]
    [InlineData("00000000000000000000", 12, "exactly one message; the request has more")]
    [InlineData("000000000000", 12, "exactly one message; the request has more")]
    [InlineData("0100000000", 13, "grpc: compressed flag set with identity or empty encoding")]
    [InlineData("0200000000", 13, "grpc: received unexpected payload format 2")]
    [InlineData("00ffffffff", 8, "grpc: received message larger than max (4294967295 vs. 262144)")]
    [InlineData("000000000108", 13, "no valid Phrase")]
    public async Task A_malformed_body_is_answered(string body, int status, string text)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say"));
        await connection.SendDataAsync(1, Convert.FromHexString(body), endsStream: true);
        AssertStatus(await connection.ReadAnswerAsync(1), status, text);
        await AssertServesAsync(connection, 3);
        Assert.Empty(server.Logs);
    }

    /// <summary>The same bodies in pieces of one byte, so that every place to stop is tried.</summary>
    [Theory]
    [InlineData("000000000000", 12)]
    [InlineData("0200000000", 13)]
    [InlineData("00ffffffff", 8)]
    [InlineData("00000000020a", 13)]
    [InlineData("00000000020800", 0)]
    public async Task A_body_in_pieces_is_answered(string body, int status)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say"));
        foreach (var one in Convert.FromHexString(body))
        {
            await connection.SendDataAsync(1, [one], endsStream: false);
            await connection.PingAsync();
        }

        await connection.SendDataAsync(1, [], endsStream: true);
        AssertStatus(await connection.ReadAnswerAsync(1), status, string.Empty);
        await AssertServesAsync(connection, 3);
    }

    /// <summary>A message that announces too much is refused when its prefix is there, not when it has come.</summary>
    [Fact]
    public async Task A_message_too_large_is_refused_before_it_comes()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say"));
        await connection.SendDataAsync(1, [0, 0x7f, 0xff, 0xff, 0xff], endsStream: false);
        const string Text = "grpc: received message larger than max (2147483647 vs. 262144)";
        AssertStatus(await connection.ReadAnswerAsync(1), 8, Text);
        await AssertServesAsync(connection, 3);
    }

    /// <summary>Compressed messages: sound, broken, without end, and a few bytes that stand for too many.</summary>
    [Theory]
    [InlineData("sound", 0, "")]
    [InlineData("noise", 13, "not valid gzip")]
    [InlineData("cut", 13, "")]
    [InlineData("bomb", 8, "grpc: message after decompression larger than max 262144")]
    public async Task A_compressed_message_is_answered(string kind, int status, string text)
    {
        var phrase = new Phrase { Payload = ByteString.CopyFrom(new byte[kind == "bomb" ? 10_000_000 : 5000]) };
        var message = Compress(phrase.ToByteArray());
        message = kind switch
        {
            "noise" => [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12],
            "cut" => message[..(message.Length / 2)],
            _ => message,
        };
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say", _gzip));
        await connection.SendDataAsync(1, Http2Connection.Prefixed(message, flag: 1), endsStream: true);
        var answer = await connection.ReadAnswerAsync(1);
        AssertStatus(answer, status, text);
        Assert.Equal("identity,gzip", answer.Headers["grpc-accept-encoding"]);
        await AssertServesAsync(connection, 3);
        Assert.Empty(server.Logs);
    }

    /// <summary>Who sends gzip and takes it gets it, for messages that are worth it.</summary>
    [Theory]
    [InlineData("gzip", 5000, 1)]
    [InlineData("identity, gzip", 5000, 1)]
    [InlineData("identity", 5000, 0)]
    [InlineData("gzip", 5, 0)]
    public async Task An_answer_is_compressed_for_who_takes_it(string accepted, int sizeBytes, byte flag)
    {
        var phrase = new Phrase { Text = new string('a', sizeBytes) };
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(
            1,
            Http2Connection.CallHeaders("Say", _gzip, KeyValuePair.Create("grpc-accept-encoding", accepted)));
        var message = Http2Connection.Prefixed(Compress(phrase.ToByteArray()), flag: 1);
        await connection.SendDataAsync(1, message, endsStream: true);
        var answer = await connection.ReadAnswerAsync(1);
        AssertStatus(answer, 0, string.Empty);
        Assert.Equal(flag, answer.Body[0]);
        using var channel = server.Open();
        Assert.Equal(
            phrase,
            await channel.UnaryAsync<Phrase, Phrase>(
                ParrotServer.Method("Say"),
                phrase,
                new GrpcCallOptions { Compress = true },
                CancellationToken.None));
    }

    /// <summary>A compression that nobody here speaks is UNIMPLEMENTED, with what is spoken.</summary>
    [Fact]
    public async Task An_unknown_encoding_is_answered()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var encoding = KeyValuePair.Create("grpc-encoding", "zstd");
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Say", encoding));
        await connection.SendMessageAsync(1, []);
        var answer = await connection.ReadAnswerAsync(1);
        AssertStatus(answer, 12, "grpc: Decompressor is not installed for grpc-encoding \"zstd\"");
        Assert.Equal("identity,gzip", answer.Headers["grpc-accept-encoding"]);
    }

    /// <summary>Requests that are not gRPC's, or not as it wants them.</summary>
    [Theory]
    [InlineData("content-type", "application/json", "415")]
    [InlineData("content-type", "application/grpc-web", "415")]
    [InlineData("content-type", "", "415")]
    [InlineData("content-type", "application/grpc+proto", "200")]
    [InlineData("content-type", "application/grpc;charset=utf-8", "200")]
    [InlineData(":method", "GET", "405")]
    [InlineData(":method", "PUT", "405")]
    public async Task Other_requests_get_their_http_status(string header, string value, string httpStatus)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var headers = Http2Connection.CallHeaders("Say");
        headers[headers.FindIndex(one => one.Key == header)] = new(header, value);
        await connection.SendHeadersAsync(1, headers);
        await connection.SendMessageAsync(1, []);
        Assert.Equal(httpStatus, (await connection.ReadAnswerAsync(1)).Headers[":status"]);
        await AssertServesAsync(connection, 3);
    }

    /// <summary>
    /// An error without messages is one block of headers that ends the stream; an answer has trailers.
    /// </summary>
    [Fact]
    public async Task An_error_is_trailers_only()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendHeadersAsync(1, Http2Connection.CallHeaders("Forget"));
        await connection.SendMessageAsync(1, []);
        var answer = await connection.ReadAnswerAsync(1);
        AssertStatus(answer, 12, "not supported yet");
        Assert.Equal(("200", 1), (answer.Headers[":status"], answer.Blocks));
        await AssertServesAsync(connection, 3);
    }

    /// <summary>Paths that name nothing, in all the ways a path can be strange.</summary>
    [Theory]
    [InlineData("/")]
    [InlineData("//")]
    [InlineData("/sampan.grpc.test.Parrot")]
    [InlineData("/sampan.grpc.test.Parrot/")]
    [InlineData("/sampan.grpc.test.Parrot/Say/")]
    [InlineData("/SAMPAN.GRPC.TEST.PARROT/SAY")]
    [InlineData("/%00")]
    [InlineData("/a/../b?c=d")]
    public async Task A_path_that_names_nothing_is_answered(string path)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var headers = Http2Connection.CallHeaders("Say");
        headers[2] = new(":path", path);
        await connection.SendHeadersAsync(1, headers);
        await connection.SendMessageAsync(1, []);
        var answer = await connection.ReadAnswerAsync(1);
        Assert.True(answer.Reset is not null || answer.Headers.GetValueOrDefault("grpc-status") == "12");
        await AssertServesAsync(connection, 3);
    }

    /// <summary>Frames that break HTTP/2's rules end their connection and no other.</summary>
    [Theory]
    [InlineData("00000000000000000100", "DATA on a stream that was never opened")]
    [InlineData("ffffff000000000001", "a frame of 16 MiB")]
    [InlineData("0000010104000000018f", "a header block that is none")]
    [InlineData("000005060000000000000000", "a PING of five bytes")]
    [InlineData("000000040100000001", "SETTINGS on a stream")]
    [InlineData("00000408000000000000000000", "a window that grows by nothing")]
    [InlineData("000000090400000001", "a continuation of nothing")]
    [InlineData("00000503000000000100000000", "a reset of five bytes")]
    public async Task A_malformed_frame_ends_its_connection_only(string frame, string what)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var other = await Http2Connection.OpenAsync(server.Address);
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendRawAsync([.. Convert.FromHexString(frame), .. new byte[64]]);
        await connection.Closed;
        Assert.True(connection.GoAwayCode is > 0, what);
        await AssertServesAsync(other, 1);
    }

    /// <summary>Noise instead of a protocol: the connection is closed, the server goes on.</summary>
    [Fact]
    public async Task Noise_closes_its_connection()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        var random = new Random(7);
        for (var i = 0; i < 50; i++)
        {
            var noise = new byte[random.Next(200, 20_000)];
            random.NextBytes(noise);
            if (i % 5 == 0)
            {
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.CopyTo(noise);
            }

            await SendUntilClosedAsync(server.Address, noise);
        }

        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await AssertServesAsync(connection, 1);
        Assert.Empty(server.Logs);
    }

    /// <summary>HTTP/1.1 is served on the same port, and gRPC over it refused.</summary>
    [Fact]
    public async Task The_port_speaks_both_protocols()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        using var http = new HttpClient { BaseAddress = server.Address };
        Assert.Equal("HTTP/1.1 /version", await http.GetStringAsync("/version"));
        using var call = new ByteArrayContent(new byte[5]);
        call.Headers.ContentType = new("application/grpc");
        var refused = await http.PostAsync("/sampan.grpc.test.Parrot/Say", call);
        Assert.Equal(System.Net.HttpStatusCode.UpgradeRequired, refused.StatusCode);

        using var second = new HttpClient
        {
            BaseAddress = server.Address,
            DefaultRequestVersion = System.Net.HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        Assert.Equal("HTTP/2 /version", await second.GetStringAsync("/version"));
    }

    /// <summary>A connection that does not say what it speaks is closed when its time is up.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("PR")]
    public async Task A_silent_connection_is_closed(string start)
    {
        var time = new ManualTime();
        await using var server = await ParrotServer.StartEchoAsync(time);
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(start));

        // The connection may not have been accepted yet: the clock goes on until it has been, and is closed.
        var closed = ReadToEndAsync(client.GetStream());
        while (!closed.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }

        await closed;
    }

    /// <summary>A client that resets calls by the hundred costs the server nothing but the calls.</summary>
    [Fact]
    public async Task Resets_are_taken()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        for (var stream = 1; stream < 400; stream += 2)
        {
            await connection.SendHeadersAsync(stream, Http2Connection.CallHeaders("Chat"));
            await connection.SendFrameAsync(Http2Connection.ResetStream, flags: 0, stream, [0, 0, 0, 8]);
            await connection.PingAsync();
        }

        await AssertServesAsync(connection, 401);
        Assert.Empty(server.Logs);
    }

    private static void AssertStatus(Http2Answer answer, int status, string text)
    {
        Assert.Equal($"{status}", answer.Headers.GetValueOrDefault("grpc-status"));
        Assert.Equal("200", answer.Headers[":status"]);
        Assert.Equal("application/grpc", answer.Headers["content-type"]);
        var message = answer.Headers.GetValueOrDefault("grpc-message") ?? string.Empty;
        Assert.Contains(text, message, StringComparison.Ordinal);
    }

    private static async Task AssertServesAsync(Http2Connection connection, int stream)
    {
        var message = new Phrase { Text = "still here" }.ToByteArray();
        await connection.SendHeadersAsync(stream, Http2Connection.CallHeaders("Say"));
        await connection.SendMessageAsync(stream, message);
        var answer = await connection.ReadAnswerAsync(stream);
        Assert.Equal("0", answer.Headers["grpc-status"]);
        Assert.Equal(2, answer.Blocks);
        Assert.Equal(Http2Connection.Prefixed(message), answer.Body);
    }

    private static byte[] Compress(byte[] message)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(message);
        }

        return compressed.ToArray();
    }

    private static async Task SendUntilClosedAsync(Uri address, byte[] noise)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(address.Host, address.Port);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(noise);
            client.Client.Shutdown(SocketShutdown.Send);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            // Closed while it was written to.
        }

        await ReadToEndAsync(stream);
    }

    private static async Task ReadToEndAsync(NetworkStream stream)
    {
        var buffer = new byte[4096];
        try
        {
            while (await stream.ReadAsync(buffer) > 0)
            {
                // Whatever it says before it closes.
            }
        }
        catch (IOException)
        {
            // Reset: closed as well.
        }
    }
}
