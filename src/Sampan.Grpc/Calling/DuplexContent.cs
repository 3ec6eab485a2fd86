using System.Net;

namespace Sampan.Grpc.Calling;

/// <summary>
/// The body of a call whose requests are written while it runs: it lends the connection's stream out.
/// </summary>
internal sealed class DuplexContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public DuplexContent() => Headers.ContentType = SingleContent.MediaType;

    /// <summary>The stream to write to, once there is a connection.</summary>
    public Task<Stream> Opened => _opened.Task;

    /// <summary>Nothing more will be written.</summary>
    public void Complete() => _completed.TrySetResult();

    /// <summary>There will be no stream: the call has failed.</summary>
    public void Abandon(Exception reason)
    {
        _opened.TrySetException(reason);
        _completed.TrySetResult();
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(
        Stream stream,
        TransportContext? context,
        CancellationToken cancellationToken)
    {
        // The head of the request leaves now, not with the first message: the server may speak first.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _opened.TrySetResult(stream);
        await _completed.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
