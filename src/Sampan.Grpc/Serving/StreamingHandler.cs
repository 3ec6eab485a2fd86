using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Serving;

/// <summary>Messages in both directions, for as long as the handler runs.</summary>
internal sealed class StreamingHandler<TRequest, TResponse> : MethodHandler
    where TRequest : class, IMessage
    where TResponse : class, IMessage
{
    private readonly Func<GrpcStreamReader<TRequest>, GrpcStreamWriter<TResponse>, GrpcCall, Task> _handler;
    private readonly MessageParser _parser;

    public StreamingHandler(
        MethodDescriptor method,
        Func<GrpcStreamReader<TRequest>, GrpcStreamWriter<TResponse>, GrpcCall, Task> handler)
        : base(method)
    {
        _handler = handler;
        _parser = method.InputType.Parser;
    }

    /// <inheritdoc/>
    public override bool IsStreaming => true;

    /// <inheritdoc/>
    public override async Task InvokeAsync(GrpcCall call)
    {
        try
        {
            var messages = new MessageReader(call.Body, call.Rules);
            var reader = new GrpcStreamReader<TRequest>(messages, _parser, call.Cancellation);
            await _handler(reader, new GrpcStreamWriter<TResponse>(call), call).ConfigureAwait(false);
            call.Complete();
        }
        catch (Exception error)
        {
            call.Fail(error);
        }
        finally
        {
            call.Release();
        }
    }
}
