using System.Buffers;
using System.Net;
using System.Net.Http.Headers;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Calling;

/// <summary>The body of a call with one request message.</summary>
internal sealed class SingleContent : HttpContent
{
    public static readonly MediaTypeHeaderValue MediaType = new(GrpcHeaders.MediaType);

    private readonly ArrayBufferWriter<byte> _body;

    public SingleContent(ReadOnlyMemory<byte> message, bool isCompressed)
    {
        _body = new ArrayBufferWriter<byte>(MessageFraming.PrefixBytes + message.Length);
        if (isCompressed)
        {
            MessageFraming.WriteCompressed(_body, message.Span);
        }
        else
        {
            MessageFraming.Write(_body, message.Span);
        }

        Headers.ContentType = MediaType;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken) => stream.WriteAsync(_body.WrittenMemory, cancellationToken).AsTask();

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = _body.WrittenCount;
        return true;
    }
}
