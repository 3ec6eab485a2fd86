using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Http;
using Sampan.Grpc.Serving;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc;

/// <summary>
/// What a handler may know of the call it answers and say besides its messages. Valid until the handler's task ends;
/// not for several threads at once, <see cref="Cancellation"/> apart once it has been asked for.
/// </summary>
public sealed partial class GrpcCall
{
    internal const string GoneText = "The caller has reset the call, or its connection is gone.";

    // A timer cannot wait longer; a deadline beyond it is a deadline nobody meets.
    private static readonly TimeSpan _longestWait = TimeSpan.FromDays(40);

    private static readonly Action<object?> _cancel = state => (state as CancellationTokenSource)?.Cancel();

    private readonly HttpContext _http;
    private readonly MethodHandler _handler;
    private readonly GrpcDispatcher _dispatcher;
    private readonly long _started;
    private readonly TimeSpan _wait;
    private readonly bool _isRequestEncoded;
    private readonly bool _isRequestCompressed;
    private bool _hasBegun;
    private bool _isAnswerCompressed;
    private CancellationTokenSource? _ending;
    private CancellationTokenRegistration _abort;
    private CancellationTokenRegistration _stop;
    private List<KeyValuePair<string, string>>? _trailers;
    private List<IDisposable>? _held;
    private ByteLease? _body;

    internal GrpcCall(HttpContext http, MethodHandler handler, GrpcDispatcher dispatcher)
    {
        _http = http;
        _handler = handler;
        _dispatcher = dispatcher;
        var headers = http.Request.Headers;
        if (headers.TryGetValue(GrpcHeaders.Timeout, out var timeout)
            && GrpcTimeout.TryParse(timeout.ToString(), out var wait))
        {
            _wait = wait;
            _started = dispatcher.Time.GetTimestamp();
            Deadline = dispatcher.Time.GetUtcNow() + wait;
        }

        if (headers.TryGetValue(GrpcHeaders.Encoding, out var encoding))
        {
            _isRequestEncoded = true;
            _isRequestCompressed = string.Equals(encoding, MessageEncoding.Gzip, StringComparison.Ordinal);
        }
    }

    /// <summary>The full name of the method, <c>package.Service/Method</c>.</summary>
    public string Method => _handler.FullName;

    /// <summary>When the caller stops waiting, by the wall clock; null if it did not say.</summary>
    public DateTimeOffset? Deadline { get; }

    /// <summary>
    /// Ends when the caller gives up, its connection breaks or the deadline passes; for streaming calls also when the
    /// server stops.
    /// </summary>
    public CancellationToken Cancellation
    {
        get
        {
            if (Deadline is null && !_handler.IsStreaming)
            {
                return _http.RequestAborted;
            }

            return (_ending ??= WatchForEnd()).Token;
        }
    }

    /// <summary>The request's metadata, gRPC's own headers included; names are in lower case.</summary>
    public IEnumerable<KeyValuePair<string, string>> Metadata
    {
        get
        {
            foreach (var (name, values) in _http.Request.Headers)
            {
                yield return new(name.ToLowerInvariant(), values.ToString());
            }
        }
    }

    /// <summary>The address of the caller, for logs; empty if the connection has none.</summary>
    public string Peer => _http.Connection.RemoteIpAddress is { } address
        ? $"{address}:{_http.Connection.RemotePort}"
        : string.Empty;

    /// <summary>Which connection the call came by; equal for all calls of one.</summary>
    public string Connection => _http.Connection.Id ?? string.Empty;

    // By the monotonic clock: an administrator who sets the wall clock ends no call.
    private TimeSpan Remaining => _wait - _dispatcher.Time.GetElapsedTime(_started);

    // A timer may fire a moment before its time by the clock; what it cancelled has met its deadline all the same.
    private bool HasDeadlinePassed =>
        Deadline is not null && (Remaining <= TimeSpan.Zero || _ending?.IsCancellationRequested == true);

    private bool IsAborted => _http.RequestAborted.IsCancellationRequested;

    private bool IsStopping => _handler.IsStreaming && _dispatcher.Stopping.IsCancellationRequested;

    /// <summary>
    /// The value of one metadata entry, whatever the case of its name; several values are joined by a comma.
    /// </summary>
    public bool TryGetMetadata(string name, [NotNullWhen(true)] out string? value)
    {
        var isFound = _http.Request.Headers.TryGetValue(name, out var values);
        value = isFound ? values.ToString() : null;
        return isFound;
    }

    /// <summary>The bytes of a binary metadata entry; its name ends in <c>-bin</c>.</summary>
    /// <exception cref="GrpcException">INVALID_ARGUMENT: the value is not base64.</exception>
    public bool TryGetBinaryMetadata(string name, [NotNullWhen(true)] out byte[]? value)
    {
        value = TryGetMetadata(name, out var text) ? BinaryMetadata.Decode(new(name, text)) : null;
        return value is not null;
    }

    /// <summary>
    /// Disposes something when the call has ended and the caller has taken its answer, but for its last 64 KiB, or has
    /// gone.
    /// </summary>
    public void DisposeAtEnd(IDisposable held) => (_held ??= []).Add(held);

    /// <summary>Adds metadata to the head of the response; without effect once a message has been sent.</summary>
    /// <exception cref="ArgumentException">
    /// The name is not lower case, or is gRPC's own, or the value is no ASCII.
    /// </exception>
    public void AddHeader(string name, string value)
    {
        var entry = GrpcHeaders.Checked(new(name, value));
        if (!_http.Response.HasStarted)
        {
            _http.Response.Headers.Append(entry.Key, entry.Value);
        }
    }

    /// <summary>Adds metadata that follows the last message, also when the call ends with an error.</summary>
    /// <exception cref="ArgumentException">
    /// The name is not lower case, or is gRPC's own, or the value is no ASCII.
    /// </exception>
    public void AddTrailer(string name, string value) => (_trailers ??= []).Add(GrpcHeaders.Checked(new(name, value)));
}
