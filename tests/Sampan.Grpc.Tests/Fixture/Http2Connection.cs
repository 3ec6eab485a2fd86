using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Channels;

namespace Sampan.Grpc.Tests.Fixture;

/// <summary>A client that writes HTTP/2 byte by byte, so that it can write it wrongly.</summary>
internal sealed class Http2Connection : IAsyncDisposable
{
    public const byte Data = 0;
    public const byte Head = 1;
    public const byte ResetStream = 3;
    public const byte Settings = 4;
    public const byte Ping = 6;
    public const byte GoAway = 7;
    public const byte Continuation = 9;
    public const byte EndStream = 1;
    public const byte EndHeaders = 4;

    private readonly TcpClient _client;
    private readonly Stream _stream;
    private readonly ConcurrentDictionary<int, Http2Answer> _answers = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<Http2Answer>> _ended = new();
    private readonly Channel<bool> _pongs = Channel.CreateUnbounded<bool>();
    private Task _reading = Task.CompletedTask;

    private Http2Connection(TcpClient client, Stream stream)
    {
        _client = client;
        _stream = stream;
    }

    /// <summary>The code of the server's GOAWAY, if there was one.</summary>
    public uint? GoAwayCode { get; private set; }

    /// <summary>Ends when the server has closed the connection.</summary>
    public Task Closed => _reading;

    /// <summary>Connects, and says hello as a client that takes no dynamic header table.</summary>
    public static async Task<Http2Connection> OpenAsync(Uri address, SslClientAuthenticationOptions? tls = null)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        Stream stream = client.GetStream();
        if (tls is not null)
        {
            var secured = new SslStream(stream);
            await secured.AuthenticateAsClientAsync(tls);
            stream = secured;
        }

        var connection = new Http2Connection(client, stream);
        await connection._stream.WriteAsync("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        await connection.SendFrameAsync(Settings, flags: 0, stream: 0, [0, 1, 0, 0, 0, 0]);
        connection._reading = connection.ReadFramesAsync();
        await connection.PingAsync();
        return connection;
    }

    public static List<KeyValuePair<string, string>> CallHeaders(
        string method,
        params KeyValuePair<string, string>[] more) =>
    [
        new(":method", "POST"), new(":scheme", "http"), new(":path", $"/sampan.grpc.test.Parrot/{method}"),
        new(":authority", "localhost"), new("content-type", "application/grpc"), new("te", "trailers"), .. more,
    ];

    public static byte[] Prefixed(byte[] message, byte flag = 0)
    {
        var framed = new byte[message.Length + 5];
        framed[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), message.Length);
        message.CopyTo(framed, 5);
        return framed;
    }

    public Task SendHeadersAsync(int stream, List<KeyValuePair<string, string>> headers, bool endsStream = false) =>
        SendBlockAsync(stream, Hpack.Encode(headers), endsStream);

    public Task SendBlockAsync(int stream, byte[] block, bool endsStream = false) =>
        SendFrameAsync(Head, (byte)(EndHeaders | (endsStream ? EndStream : 0)), stream, block);

    public Task SendDataAsync(int stream, byte[] bytes, bool endsStream) =>
        SendFrameAsync(Data, endsStream ? EndStream : (byte)0, stream, bytes);

    public Task SendMessageAsync(int stream, byte[] message) =>
        SendDataAsync(stream, Prefixed(message), endsStream: true);

    public async Task SendFrameAsync(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        frame[0] = (byte)(payload.Length >> 16);
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(1), (ushort)payload.Length);
        frame[3] = type;
        frame[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        await SendRawAsync(frame);
    }

    public async Task SendRawAsync(byte[] bytes)
    {
        try
        {
            await _stream.WriteAsync(bytes);
        }
        catch (IOException)
        {
            // The server has closed: the reader tells.
        }
    }

    /// <summary>
    /// A round trip: what was sent before has been taken in, what the server sent before has been read.
    /// </summary>
    public async Task PingAsync()
    {
        await SendFrameAsync(Ping, flags: 0, stream: 0, new byte[8]);
        await _pongs.Reader.WaitToReadAsync();
        _pongs.Reader.TryRead(out _);
    }

    /// <summary>The answer on a stream, once it has ended; fails if the connection ends before.</summary>
    public async Task<Http2Answer> ReadAnswerAsync(int stream)
    {
        var ended = EndOf(stream).Task;
        return await Task.WhenAny(ended, _reading) == ended || ended.IsCompleted
            ? await ended
            : throw new InvalidOperationException($"the connection ended before stream {stream}: GOAWAY {GoAwayCode}");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _reading;
    }

    private TaskCompletionSource<Http2Answer> EndOf(int stream) =>
        _ended.GetOrAdd(stream, _ => new(TaskCreationOptions.RunContinuationsAsynchronously));

    private async Task ReadFramesAsync()
    {
        var header = new byte[9];
        try
        {
            while (true)
            {
                await _stream.ReadExactlyAsync(header);
                var payload = new byte[(header[0] << 16) | BinaryPrimitives.ReadUInt16BigEndian(header.AsSpan(1))];
                await _stream.ReadExactlyAsync(payload);
                await TakeAsync(header, payload);
            }
        }
        catch (Exception error) when (error is IOException or ObjectDisposedException)
        {
            // The end of the connection is the end of the reading.
            _pongs.Writer.TryComplete();
        }
    }

    private async Task TakeAsync(byte[] header, byte[] payload)
    {
        var (type, flags) = (header[3], header[4]);
        var stream = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(5));
        var answer = _answers.GetOrAdd(stream, _ => new Http2Answer());
        switch (type)
        {
            case Settings when (flags & 1) == 0:
                await SendFrameAsync(Settings, flags: 1, stream: 0, []);
                break;
            case Ping when (flags & 1) != 0:
                _pongs.Writer.TryWrite(true);
                break;
            case Ping:
                await SendFrameAsync(Ping, flags: 1, stream: 0, payload);
                break;
            case GoAway:
                GoAwayCode = BinaryPrimitives.ReadUInt32BigEndian(payload.AsSpan(4));
                break;
            case Head:
                answer.Blocks++;
                Hpack.Decode(payload).ForEach(one => answer.Headers[one.Key] = one.Value);
                break;
            case Data:
                answer.Body.AddRange(payload);
                break;
            case ResetStream:
                answer.Reset = BinaryPrimitives.ReadUInt32BigEndian(payload);
                EndOf(stream).TrySetResult(answer);
                break;
        }

        if (type is Head or Data && (flags & EndStream) != 0)
        {
            EndOf(stream).TrySetResult(answer);
        }
    }
}
