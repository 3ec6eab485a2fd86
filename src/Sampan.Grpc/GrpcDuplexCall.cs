using Google.Protobuf;
using Sampan.Grpc.Calling;

namespace Sampan.Grpc;

/// <summary>
/// A streaming call of a client. One writer and one reader at a time, which may be two tasks. Disposing it resets the
/// call if it has not ended.
/// </summary>
/// <typeparam name="TRequest">The message type that is written.</typeparam>
/// <typeparam name="TResponse">The message type that is read.</typeparam>
public sealed class GrpcDuplexCall<TRequest, TResponse> : IDisposable
    where TRequest : class, IMessage
    where TResponse : class, IMessage
{
    private readonly StreamExchange _exchange;
    private readonly MessageParser _parser;

    internal GrpcDuplexCall(StreamExchange exchange, MessageParser parser)
    {
        _exchange = exchange;
        _parser = parser;
    }

    /// <summary>
    /// The metadata that came after the last message; empty before <see cref="ReadAsync"/> returned null.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Trailers => _exchange.Trailers;

    /// <summary>Sends a message; waits while the server's window is closed.</summary>
    /// <exception cref="GrpcException">The call has failed; reading tells the server's status.</exception>
    /// <exception cref="OperationCanceledException">The call's token ended.</exception>
    public ValueTask WriteAsync(TRequest message) => _exchange.WriteAsync(message);

    /// <summary>Says that no more requests come.</summary>
    public void CompleteRequests() => _exchange.CompleteRequests();

    /// <summary>The next response; null when the call has ended well.</summary>
    /// <exception cref="GrpcException">The status that ended the call.</exception>
    /// <exception cref="OperationCanceledException">The call's token ended.</exception>
    public ValueTask<TResponse?> ReadAsync() => _exchange.ReadAsync<TResponse>(_parser);

    /// <summary>Ends the call.</summary>
    public void Dispose() => _exchange.Dispose();
}
