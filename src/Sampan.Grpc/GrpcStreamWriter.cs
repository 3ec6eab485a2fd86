using Google.Protobuf;

namespace Sampan.Grpc;

/// <summary>
/// The messages that a handler sends. One writer at a time: a handler that writes from several tasks puts a queue
/// between. A write waits while the client's flow-control window is closed.
/// </summary>
/// <typeparam name="T">The message type of the descriptor.</typeparam>
public sealed class GrpcStreamWriter<T>
    where T : class, IMessage
{
    private readonly GrpcCall _call;

    internal GrpcStreamWriter(GrpcCall call) => _call = call;

    /// <summary>Sends a message at once.</summary>
    /// <exception cref="OperationCanceledException">The call ended: cancelled, or its deadline passed.</exception>
    public ValueTask WriteAsync(T message)
    {
        Write(message);
        return FlushAsync();
    }

    /// <summary>
    /// Puts a message into the buffer, for a handler that has more to say right away and then calls
    /// <see cref="FlushAsync"/>. The buffer has no bound of its own: flush every few messages.
    /// </summary>
    /// <exception cref="OperationCanceledException">The call ended: cancelled, or its deadline passed.</exception>
    public void Write(T message)
    {
        ArgumentNullException.ThrowIfNull(message);
        _call.Cancellation.ThrowIfCancellationRequested();
        _call.WriteMessage(message);
    }

    /// <summary>Sends what is buffered, or just the response headers; waits for the client's window.</summary>
    /// <exception cref="OperationCanceledException">The call ended: cancelled, or its deadline passed.</exception>
    public ValueTask FlushAsync() => _call.FlushAsync();
}
