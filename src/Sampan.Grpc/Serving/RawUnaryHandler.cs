using System.Buffers;
using Google.Protobuf.Reflection;

namespace Sampan.Grpc.Serving;

/// <summary>Bytes in, bytes out.</summary>
internal sealed class RawUnaryHandler : SingleHandler<ReadOnlyMemory<byte>, ReadOnlyMemory<byte>>
{
    public RawUnaryHandler(
        MethodDescriptor method,
        Func<ReadOnlyMemory<byte>, GrpcCall, ValueTask<ReadOnlyMemory<byte>>> handler)
        : base(method, handler)
    {
    }

    // The one copy of the body: the pipe's memory is used again, the handler may keep what it gets.
    /// <inheritdoc/>
    protected override ReadOnlyMemory<byte> Decode(in ReadOnlySequence<byte> message) => message.ToArray();

    /// <inheritdoc/>
    protected override bool TryGetLarge(ReadOnlyMemory<byte> response, out ReadOnlyMemory<byte> large)
    {
        large = response;
        return response.Length > GrpcCall.PieceBytes;
    }

    /// <inheritdoc/>
    protected override void Write(GrpcCall call, ReadOnlyMemory<byte> response) => call.WriteMessage(response.Span);
}
