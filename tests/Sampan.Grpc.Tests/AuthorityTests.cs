using System.Globalization;
using System.Text;
using Google.Protobuf;
using Sampan.Base;
using Sampan.Grpc.Hosting;
using Sampan.Grpc.Tests.Fixture;
using Sampan.Grpc.Tests.Protos;

namespace Sampan.Grpc.Tests;

/// <summary>
/// Purpose: a call is served whatever its client holds for an authority, however it is written and on any stream of a
/// connection; gRPC clients send their raw target.
/// </summary>
public sealed class AuthorityTests
{
    private const string Raw = "http://127.0.0.1:2379";

    /// <summary>What clients of etcd are known to send, and some that nobody knows of.</summary>
    public static TheoryData<string, string> Authorities { get; } = new()
    {
        { "", "" },
        { "localhost", "localhost" },
        { "Store-1.example_x.com:65535", "Store-1.example_x.com:65535" },
        { "127.0.0.1:2379", "127.0.0.1:2379" },
        { "[::1]", "[::1]" },
        { "[fe80::1.2.3.4]:2379", "[fe80::1.2.3.4]:2379" },
        { "http://127.0.0.1:2379", AuthorityEncoding.Unnamed },
        { "https://127.0.0.1:2379", AuthorityEncoding.Unnamed },
        { "127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379", AuthorityEncoding.Unnamed },
        { "http://127.0.0.1:2379,http://127.0.0.1:22379", AuthorityEncoding.Unnamed },
        { "unix:/run/x", AuthorityEncoding.Unnamed },
        { "unix:///run/x.sock", AuthorityEncoding.Unnamed },
        { "/run/x", AuthorityEncoding.Unnamed },
        { "etcd-endpoints://0xc0001a2000/127.0.0.1:2379", AuthorityEncoding.Unnamed },
        { "#initially=[http://127.0.0.1:2379]", AuthorityEncoding.Unnamed },
        { "%23initially=%5Bhttp:%2F%2F127.0.0.1:2379%5D", AuthorityEncoding.Unnamed },
        { "user@host", AuthorityEncoding.Unnamed },
        { ":2379", AuthorityEncoding.Unnamed },
        { "host:", AuthorityEncoding.Unnamed },
        { "host:port", AuthorityEncoding.Unnamed },
        { "[::1", AuthorityEncoding.Unnamed },
        { "[:]", AuthorityEncoding.Unnamed },
        { "[::1]x", AuthorityEncoding.Unnamed },
        { "[host]", AuthorityEncoding.Unnamed },
        { "fe80::1", AuthorityEncoding.Unnamed },
        { " host ", AuthorityEncoding.Unnamed },
        { "a\tb", AuthorityEncoding.Unnamed },
        { "h\u00e9", AuthorityEncoding.Unnamed },
        { "\u00ff\u00fe", AuthorityEncoding.Unnamed },
    };

    /// <summary>A host stays one for the application; it sees that the others are none.</summary>
    [Theory]
    [MemberData(nameof(Authorities))]
    public async Task Any_authority_is_served(string authority, string host)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var encoder = new HpackEncoder();
        for (var stream = 1; stream < 7; stream += 2)
        {
            await SayAsync(connection, stream, encoder.Encode(Headers("Say", authority)));
        }

        Assert.Equal(host, await ReadHostAsync(connection, 7, encoder.Encode(PageHeaders(authority))));
        Assert.Empty(server.Logs);
    }

    /// <summary>All the ways in which HPACK writes a header.</summary>
    [Theory]
    [InlineData(Raw, AuthorityEncoding.Unnamed)]
    [InlineData("127.0.0.1:2379", "127.0.0.1:2379")]
    public async Task It_may_be_written_in_any_way(string authority, string host)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var headers = PageHeaders(authority);
        byte[] others = Hpack.Encode(headers[..3]);
        byte[][] ways =
        [
            Hpack.Encode(headers[3..]),
            HpackEncoder.NeverIndexed(":authority", authority),
            HpackEncoder.Huffman(":authority", authority),
            new HpackEncoder().Encode(headers[3..]),
            [0x80 | 62],
        ];
        for (var i = 0; i < ways.Length; i++)
        {
            Assert.Equal(host, await ReadHostAsync(connection, 1 + (2 * i), [.. others, .. ways[i]]));
        }
    }

    /// <summary>Blocks that are cut into frames, with padding and a priority, in pieces of any size.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(40)]
    public async Task It_may_come_in_continuations(int pieceBytes)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var encoder = new HpackEncoder();
        foreach (var (stream, authority) in ((int, string)[])[(1, Raw), (3, "localhost"), (5, Raw)])
        {
            var block = encoder.Encode(Headers("Say", authority));
            await SendInPiecesAsync(connection, stream, block, pieceBytes);
            await AnswersAsync(connection, stream);
        }
    }

    /// <summary>Trailers are a block of their own, written with the same table.</summary>
    [Fact]
    public async Task Trailers_share_its_table()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var encoder = new HpackEncoder();
        for (var stream = 1; stream < 20; stream += 2)
        {
            await connection.SendBlockAsync(stream, encoder.Encode(Headers("Collect", $"{Raw}/{stream % 6}")));
            await connection.SendDataAsync(stream, Http2Connection.Prefixed([]), endsStream: false);
            var trailers = encoder.Encode([new("x-sum", $"{stream % 4}"), new("x-more", Raw)]);
            await connection.SendBlockAsync(stream, trailers, endsStream: true);
            Assert.Equal("0", (await connection.ReadAnswerAsync(stream)).Headers["grpc-status"]);
        }
    }

    /// <summary>Each call of a connection may have another one; the table turns over several times.</summary>
    [Fact]
    public async Task Calls_of_a_connection_differ()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var encoder = new HpackEncoder();
        for (var i = 0; i < 400; i++)
        {
            var (authority, host) = (i % 4) switch
            {
                0 => (Raw, AuthorityEncoding.Unnamed),
                1 => ($"http://10.0.0.{i}:2379,unix:/{i}", AuthorityEncoding.Unnamed),
                2 => ("localhost:2379", "localhost:2379"),
                _ => ($"host-{i}", $"host-{i}"),
            };
            var stream = (4 * i) + 1;
            await SayAsync(connection, stream, encoder.Encode(Headers("Say", authority)));
            Assert.Equal(host, await ReadHostAsync(connection, stream + 2, encoder.Encode(PageHeaders(authority))));
        }
    }

    /// <summary>Calls at once, each with another one.</summary>
    [Fact]
    public async Task Calls_at_once_differ()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var encoder = new HpackEncoder();
        var streams = Enumerable.Range(0, 90).Select(i => (2 * i) + 1).ToList();
        foreach (var stream in streams)
        {
            var authority = (stream % 3) switch { 0 => Raw, 1 => $"unix:/{stream}", _ => "localhost" };
            await connection.SendBlockAsync(stream, encoder.Encode(Headers("Chat", authority)));
        }

        await connection.PingAsync();
        foreach (var stream in streams)
        {
            await AnswersAsync(connection, stream);
        }
    }

    /// <summary>With an authority the header <c>host</c> is not looked at, whatever either is.</summary>
    [Theory]
    [InlineData("localhost")]
    [InlineData(Raw)]
    public async Task A_host_beside_it_counts_for_nothing(string authority)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await SayAsync(connection, 1, Hpack.Encode([.. Headers("Say", authority), new("host", Raw)]));
    }

    /// <summary>Nothing that can be a header's value is refused for being no host.</summary>
    [Fact]
    public async Task Random_authorities_are_served()
    {
        const string Likely = "abz09.:/[]@#,-_~%!$&'()*+;=?\\\"<>^`{|} \t\u00e9\u00ff";
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        var prng = new Prng(seed: 21);
        var encoder = new HpackEncoder();
        for (var i = 0; i < 2_000; i++)
        {
            var authority = new StringBuilder(prng.Chance(1, 4) ? "[" : string.Empty);
            for (var length = prng.NextBetween(1, 12); length > 0; length--)
            {
                authority.Append(Likely[prng.NextBelow(prng.Chance(1, 2) ? 9 : Likely.Length)]);
            }

            await SayAsync(connection, (2 * i) + 1, encoder.Encode(Headers("Say", authority.ToString())));
        }
    }

    /// <summary>
    /// A client's endpoints fit, be they hundreds; what is beyond Kestrel's limit ends its connection.
    /// </summary>
    [Fact]
    public async Task Its_length_has_a_bound()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await SendInPiecesAsync(connection, 1, Hpack.Encode(Headers("Say", LongText(30_000))), pieceBytes: 16_000);
        await AnswersAsync(connection, 1);
        await SendInPiecesAsync(connection, 3, Hpack.Encode(Headers("Say", LongText(40_000))), pieceBytes: 16_000);
        await connection.Closed;
        Assert.True(connection.GoAwayCode is > 0);
        await using var other = await Http2Connection.OpenAsync(server.Address);
        await SayAsync(other, 1, Hpack.Encode(Headers("Say", Raw)));

        static string LongText(int length) =>
            string.Concat(Enumerable.Range(0, 1 + (length / Raw.Length)).Select(_ => Raw))[..length];
    }

    /// <summary>What no header may hold is refused as before, and harms nobody else.</summary>
    [Theory]
    [InlineData("host\0")]
    [InlineData("http://host\r\n")]
    [InlineData("host\u007f")]
    [InlineData("\u0001")]
    public async Task Control_characters_are_refused(string authority)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var other = await Http2Connection.OpenAsync(server.Address);
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await connection.SendBlockAsync(1, Hpack.Encode(Headers("Say", authority)));
        const uint ProtocolError = 1;
        try
        {
            Assert.Equal(ProtocolError, (await connection.ReadAnswerAsync(1)).Reset);
        }
        catch (InvalidOperationException)
        {
            // The whole connection has ended.
            Assert.Equal(ProtocolError, connection.GoAwayCode);
        }

        await SayAsync(other, 1, Hpack.Encode(Headers("Say", Raw)));
    }

    /// <summary>
    /// Blocks that break RFC 7541 end their connection, as they must, wherever the authority led before.
    /// </summary>
    [Theory]
    [InlineData("80", "index zero")]
    [InlineData("be", "an index of nothing")]
    [InlineData("ff80808080808001", "a number without end")]
    [InlineData("008118016100", "padding of zeros")]
    [InlineData("00821fff0161", "padding of more than seven bits")]
    [InlineData("0084ffffffff0161", "the code that means the end")]
    [InlineData("3fe21f", "a table above the limit")]
    [InlineData("8220", "a table that changes in the middle")]
    [InlineData("000561", "a text that is cut")]
    public async Task Malformed_blocks_end_their_connection(string block, string what)
    {
        await using var server = await ParrotServer.StartEchoAsync();
        await using var connection = await Http2Connection.OpenAsync(server.Address);
        await SayAsync(connection, 1, Hpack.Encode(Headers("Say", Raw)));
        await connection.SendBlockAsync(3, Convert.FromHexString(block), endsStream: true);
        await connection.Closed;
        // COMPRESSION_ERROR; Kestrel calls index zero an INTERNAL_ERROR.
        Assert.True(connection.GoAwayCode is 9 or 2, $"{what}: {connection.GoAwayCode}");
    }

    /// <summary>In HTTP/1.1 a host that is none is answered 400, as RFC 9112, 3.2, wants it.</summary>
    [Fact]
    public async Task Http1_is_as_strict_as_before()
    {
        await using var server = await ParrotServer.StartEchoAsync();
        foreach (var (host, status) in ((string, int)[])[(Raw, 400), ("localhost:2379", 200)])
        {
            using var client = new System.Net.Sockets.TcpClient();
            await client.ConnectAsync(server.Address.Host, server.Address.Port);
            var request = $"GET /host HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
            using var reader = new StreamReader(client.GetStream(), Encoding.ASCII);
            var answer = await reader.ReadToEndAsync();
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        }
    }

    private static List<KeyValuePair<string, string>> Headers(string method, string authority)
    {
        var headers = Http2Connection.CallHeaders(method);
        headers[headers.FindIndex(one => one.Key == ":authority")] = new(":authority", authority);
        return headers;
    }

    private static List<KeyValuePair<string, string>> PageHeaders(string authority) =>
        [new(":method", "GET"), new(":scheme", "http"), new(":path", "/host"), new(":authority", authority)];

    private static async Task SayAsync(Http2Connection connection, int stream, byte[] block)
    {
        await connection.SendBlockAsync(stream, block);
        await AnswersAsync(connection, stream);
    }

    // The rest of a call whose headers have been sent.
    private static async Task AnswersAsync(Http2Connection connection, int stream)
    {
        var message = new Phrase { Text = stream.ToString(CultureInfo.InvariantCulture) }.ToByteArray();
        await connection.SendMessageAsync(stream, message);
        var answer = await connection.ReadAnswerAsync(stream);
        Assert.Equal("0", answer.Headers.GetValueOrDefault("grpc-status"));
        Assert.Equal(Http2Connection.Prefixed(message), answer.Body);
    }

    private static async Task<string> ReadHostAsync(Http2Connection connection, int stream, byte[] block)
    {
        await connection.SendBlockAsync(stream, block, endsStream: true);
        var answer = await connection.ReadAnswerAsync(stream);
        Assert.Equal("200", answer.Headers.GetValueOrDefault(":status"));
        return Encoding.Latin1.GetString([.. answer.Body]);
    }

    private static async Task SendInPiecesAsync(Http2Connection connection, int stream, byte[] block, int pieceBytes)
    {
        const byte PaddedWithPriority = 0x28;
        const byte PaddingBytes = 5;
        var pieces = block.Chunk(pieceBytes).ToList();
        byte[] first = [PaddingBytes, 0, 0, 0, 0, 16, .. pieces[0], .. new byte[PaddingBytes]];
        await connection.SendFrameAsync(Http2Connection.Head, PaddedWithPriority, stream, first);
        foreach (var piece in pieces.Skip(1))
        {
            await connection.SendFrameAsync(Http2Connection.Continuation, flags: 0, stream, piece);
        }

        await connection.SendFrameAsync(Http2Connection.Continuation, Http2Connection.EndHeaders, stream, []);
    }
}
