using System.Buffers;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Serving;

/// <summary>One decoded message in, one message out.</summary>
internal sealed class UnaryHandler<TRequest, TResponse> : SingleHandler<TRequest, TResponse>
    where TRequest : class, IMessage
    where TResponse : class, IMessage
{
    private readonly MessageParser _parser;

    public UnaryHandler(MethodDescriptor method, Func<TRequest, GrpcCall, ValueTask<TResponse>> handler)
        : base(method, handler) => _parser = method.InputType.Parser;

    /// <inheritdoc/>
    protected override TRequest Decode(in ReadOnlySequence<byte> message) =>
        MessageFraming.Decode<TRequest>(_parser, message);

    /// <inheritdoc/>
    protected override void Write(GrpcCall call, TResponse response) => call.WriteMessage(response);
}
