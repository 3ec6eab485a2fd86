using System.Buffers;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc.Calling;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc;

/// <summary>
/// A client of one endpoint, over one HTTP/2 connection or a few. Connects with the first call and again after a
/// failure; nothing is retried. Any thread. Disposing it breaks the calls that are under way.
/// </summary>
public sealed class GrpcChannel : IDisposable
{
    // Methods are few and known; a caller that makes up paths gets no faster, and fills no memory.
    private const int TargetsMax = 1024;

    private readonly HttpMessageInvoker[] _connections;
    private readonly ConcurrentDictionary<string, Uri> _targets = new(StringComparer.Ordinal);
    private readonly Uri _address;
    private readonly GrpcChannelOptions _options;
    private int _turn;

    /// <summary>A channel that has not connected yet.</summary>
    /// <param name="address">Scheme (<c>http</c> or <c>https</c>), host and port of the server.</param>
    /// <param name="options">Bounds, keep-alive, certificates.</param>
    /// <exception cref="ArgumentException">An option or the address is not allowed; the message names it.</exception>
    public GrpcChannel(Uri address, GrpcChannelOptions options)
    {
        ArgumentNullException.ThrowIfNull(address);
        options.Validate();
        if (!address.IsAbsoluteUri || address.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException(
                $"address is '{address}'; allowed is http://host:port or https://host:port.",
                nameof(address));
        }

        _address = address;
        _options = options;
        _connections = new HttpMessageInvoker[options.Connections];
        for (var i = 0; i < _connections.Length; i++)
        {
            _connections[i] = new HttpMessageInvoker(CreateConnection(options), disposeHandler: true);
        }
    }

    /// <summary>Calls a method that takes one message and returns one.</summary>
    /// <exception cref="GrpcException">
    /// The status that the server answered, or UNAVAILABLE if it was not reached.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token ended; the server is told.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        MethodDescriptor method,
        TRequest request,
        GrpcCallOptions options,
        CancellationToken cancellation)
        where TRequest : class, IMessage
        where TResponse : class, IMessage
    {
        var response = await RawUnaryAsync(CallTarget.PathOf(method), request.ToByteArray(), options, cancellation)
            .ConfigureAwait(false);
        return MessageFraming.Decode<TResponse>(method.OutputType.Parser, new ReadOnlySequence<byte>(response));
    }

    /// <summary>Calls a method that takes one message and returns one, both as protobuf bytes.</summary>
    /// <param name="path">The method's path, <c>/package.Service/Method</c>.</param>
    /// <param name="request">The message; not to be changed before the task ends.</param>
    /// <param name="options">Timeout and metadata.</param>
    /// <param name="cancellation">Ends the call.</param>
    /// <exception cref="GrpcException">
    /// The status that the server answered, or UNAVAILABLE if it was not reached.
    /// </exception>
    /// <exception cref="OperationCanceledException">The token ended; the server is told.</exception>
    public async Task<ReadOnlyMemory<byte>> RawUnaryAsync(
        string path,
        ReadOnlyMemory<byte> request,
        GrpcCallOptions options,
        CancellationToken cancellation)
    {
        using var clock = new CallClock(options.Timeout, _options.Time, cancellation);
        try
        {
            using var content = new SingleContent(request, options.Compress);
            using var message = CreateRequest(path, options, content);
            using var response = await Next().SendAsync(message, clock.Token).ConfigureAwait(false);
            return await CallResponse.ReadSingleAsync(response, _options.ReceiveBytesMax, clock.Token)
                .ConfigureAwait(false);
        }
        catch (Exception error) when (CallFailure.IsOfTransport(error))
        {
            throw CallFailure.Translate(error, clock);
        }
    }

    /// <summary>
    /// Begins a call whose messages are written and read one by one, in either direction or both. It fails when it is
    /// read or written, not here.
    /// </summary>
    public GrpcDuplexCall<TRequest, TResponse> Open<TRequest, TResponse>(
        MethodDescriptor method,
        GrpcCallOptions options,
        CancellationToken cancellation)
        where TRequest : class, IMessage
        where TResponse : class, IMessage
    {
        var content = new DuplexContent();
        var clock = new CallClock(options.Timeout, _options.Time, cancellation);
        var message = CreateRequest(CallTarget.PathOf(method), options, content);
        var exchange = new StreamExchange(message, content, clock, new(_options.ReceiveBytesMax, options.Compress));
        exchange.Start(Next());
        return new GrpcDuplexCall<TRequest, TResponse>(exchange, method.OutputType.Parser);
    }

    /// <summary>Closes the connections; calls that are under way fail.</summary>
    public void Dispose()
    {
        foreach (var connection in _connections)
        {
            connection.Dispose();
        }
    }

    private static SocketsHttpHandler CreateConnection(GrpcChannelOptions options) => new()
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null,
        ConnectTimeout = options.ConnectTimeout,
        EnableMultipleHttp2Connections = false,
        KeepAlivePingDelay = options.KeepAlivePingDelay,
        KeepAlivePingTimeout = options.KeepAlivePingTimeout,
        KeepAlivePingPolicy = HttpKeepAlivePingPolicy.WithActiveRequests,
        PooledConnectionIdleTimeout = Timeout.InfiniteTimeSpan,
        SslOptions = options.Tls ?? new SslClientAuthenticationOptions(),
    };

    // The turn may be lost between threads: connections are then used a little less evenly, which harms nothing.
    private HttpMessageInvoker Next() =>
        _connections.Length == 1 ? _connections[0] : _connections[(uint)++_turn % (uint)_connections.Length];

    private HttpRequestMessage CreateRequest(string path, GrpcCallOptions options, HttpContent content)
    {
        options.Validate();
        var message = new HttpRequestMessage(HttpMethod.Post, TargetOf(path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        var headers = message.Headers;
        headers.TryAddWithoutValidation("te", "trailers");
        headers.TryAddWithoutValidation(GrpcHeaders.AcceptEncoding, GrpcHeaders.Encodings);
        if (options.Compress)
        {
            headers.TryAddWithoutValidation(GrpcHeaders.Encoding, MessageEncoding.Gzip);
        }

        if (options.Timeout is { } timeout)
        {
            headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcTimeout.Format(timeout));
        }

        foreach (var (name, value) in options.Metadata)
        {
            headers.TryAddWithoutValidation(name, value);
        }

        return message;
    }

    private Uri TargetOf(string path)
    {
        if (_targets.TryGetValue(path, out var known))
        {
            return known;
        }

        var target = new Uri(_address, path);
        if (_targets.Count < TargetsMax)
        {
            _targets.TryAdd(path, target);
        }

        return target;
    }
}
