using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Sampan.Grpc.Serving;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc;

/// <content>How a handler's answer, or its failure, gets onto the wire.</content>
public sealed partial class GrpcCall
{
    // Answers above this go out in pieces of it.
    internal const int PieceBytes = 64 * 1024;

    private const int SmallBodyBytes = 16 * 1024;

    internal PipeReader Body => _http.Request.BodyReader;

    internal ReceiveRules Rules => new(_dispatcher.Options.ReceiveBytesMax, _isRequestCompressed);

    internal CancellationTokenSource BeginReceiving() => new(_dispatcher.Options.ReceiveTimeout, _dispatcher.Time);

    internal GrpcException ReceiveTimedOut() => new(
        GrpcStatusCode.DeadlineExceeded,
        $"sampan: the request did not come within {_dispatcher.Options.ReceiveTimeout}");

    // So much of the body is held now.
    internal void CountBody(long bytes)
    {
        if (bytes < SmallBodyBytes)
        {
            return;
        }

        var hasRoom = true;
        if (_body is null)
        {
            _body = _dispatcher.Bodies.TryTake(Connection, bytes);
            hasRoom = _body is not null;
        }
        else if (bytes > _body.Bytes)
        {
            hasRoom = _body.TryGrow(bytes - _body.Bytes);
        }

        if (!hasRoom)
        {
            throw new GrpcException(
                GrpcStatusCode.ResourceExhausted,
                "sampan: too many bytes of requests are under way; send fewer at a time");
        }
    }

    internal void WriteMessage(IMessage message)
    {
        Begin();
        var sizeBytes = message.CalculateSize();
        if (_isAnswerCompressed && sizeBytes >= _dispatcher.Options.CompressFromBytes)
        {
            MessageFraming.WriteCompressed(_http.Response.BodyWriter, message.ToByteArray());
        }
        else
        {
            MessageFraming.Write(_http.Response.BodyWriter, message, sizeBytes);
        }
    }

    internal void WriteMessage(ReadOnlySpan<byte> message)
    {
        Begin();
        if (_isAnswerCompressed && message.Length >= _dispatcher.Options.CompressFromBytes)
        {
            MessageFraming.WriteCompressed(_http.Response.BodyWriter, message);
        }
        else
        {
            MessageFraming.Write(_http.Response.BodyWriter, message);
        }
    }

    // In pieces, each of which waits until there is room for it: else the server would hold the whole of it twice.
    internal async ValueTask SendAsync(ReadOnlyMemory<byte> message)
    {
        Begin();
        var options = _dispatcher.Options;
        var isCompressed = _isAnswerCompressed && message.Length >= options.CompressFromBytes;
        var sent = isCompressed ? MessageFraming.Compress(message.Span) : message;
        using var limit = new CancellationTokenSource(options.SendTimeOf(sent.Length), _dispatcher.Time);
        using var gone = Cancellation.UnsafeRegister(_cancel, limit);
        var writer = _http.Response.BodyWriter;
        MessageFraming.WritePrefix(writer, sent.Length, isCompressed);
        try
        {
            while (!sent.IsEmpty)
            {
                var piece = sent[..Math.Min(sent.Length, PieceBytes)];
                sent = sent[piece.Length..];
                writer.Write(piece.Span);
                var result = await writer.FlushAsync(limit.Token).ConfigureAwait(false);
                if (result.IsCompleted)
                {
                    throw new OperationCanceledException(GoneText);
                }
            }
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            // The caller does not read. What it has taken is no message, so there is no status to send behind it.
            _http.Abort();
            throw;
        }
    }

    internal async ValueTask FlushAsync()
    {
        Begin();
        var token = Cancellation;
        var result = await _http.Response.BodyWriter.FlushAsync(token).ConfigureAwait(false);
        if (result.IsCompleted)
        {
            token.ThrowIfCancellationRequested();
            throw new OperationCanceledException(GoneText);
        }
    }

    // Nothing is flushed here: Kestrel then sends head, messages and trailers in one go when the request ends.
    internal void Complete()
    {
        Begin();
        WriteTrailers(_http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers, GrpcHeaders.Ok);
        _handler.Counts.End(GrpcStatusCode.Ok);
    }

    internal void Fail(Exception error)
    {
        if (IsAborted)
        {
            _handler.Counts.End(GrpcStatusCode.Cancelled);
            return;
        }

        var status = StatusOf(error);
        _handler.Counts.End(status.Code);
        if (_hasBegun)
        {
            var trailers = _http.Features.GetRequiredFeature<IHttpResponseTrailersFeature>().Trailers;
            WriteStatus(trailers, status);
        }
        else
        {
            _http.Response.Headers.ContentType = GrpcHeaders.ContentType;
            if (_isRequestEncoded)
            {
                _http.Response.Headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Encodings;
            }

            WriteStatus(_http.Response.Headers, status);
        }
    }

    internal void Release()
    {
        _dispatcher.UnderWay.End();
        _body?.Dispose();
        foreach (var held in _held ?? [])
        {
            held.Dispose();
        }

        _abort.Dispose();
        _stop.Dispose();
        _ending?.Dispose();
    }

    private void Begin()
    {
        if (_hasBegun)
        {
            return;
        }

        _hasBegun = true;
        var headers = _http.Response.Headers;
        headers.ContentType = GrpcHeaders.ContentType;
        if (_isRequestEncoded)
        {
            headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Encodings;
            _isAnswerCompressed = _isRequestCompressed
                && MessageEncoding.Accepts(_http.Request.Headers[GrpcHeaders.AcceptEncoding].ToString());
            if (_isAnswerCompressed)
            {
                headers[GrpcHeaders.Encoding] = MessageEncoding.Gzip;
            }
        }
    }

    private void WriteStatus(IHeaderDictionary into, GrpcException status)
    {
        WriteTrailers(into, GrpcHeaders.StatusValue(status.Code));
        if (status.Message.Length > 0)
        {
            into[GrpcHeaders.Message] = StatusMessage.Encode(status.Message);
        }

        foreach (var (name, value) in status.Trailers)
        {
            var entry = GrpcHeaders.Checked(new(name, value));
            into.Append(entry.Key, entry.Value);
        }
    }

    private void WriteTrailers(IHeaderDictionary into, string status)
    {
        into[GrpcHeaders.Status] = status;
        foreach (var (name, value) in _trailers ?? [])
        {
            into.Append(name, value);
        }
    }

    private GrpcException StatusOf(Exception error)
    {
        switch (error)
        {
            case GrpcException status:
                return status;
            case OperationCanceledException when IsStopping:
                return new(GrpcStatusCode.Unavailable, "The server is stopping.");
            case OperationCanceledException when HasDeadlinePassed:
                return new(GrpcStatusCode.DeadlineExceeded, "The deadline passed before the call was done.");
            case OperationCanceledException:
                Log.HandlerCancelled(_dispatcher.Logger, error, Method);
                return new(GrpcStatusCode.Cancelled, "The call was cancelled.");
            case BadHttpRequestException:
                return new(GrpcStatusCode.Internal, "The request could not be read.");
            default:
                Log.HandlerFailed(_dispatcher.Logger, error, Method);
                return new(GrpcStatusCode.Internal, "The server failed while it handled the call; its log says why.");
        }
    }

    private CancellationTokenSource WatchForEnd()
    {
        var ending = Deadline is null
            ? new CancellationTokenSource()
            : new CancellationTokenSource(TimerWait(), _dispatcher.Time);
        _abort = _http.RequestAborted.UnsafeRegister(_cancel, ending);
        if (_handler.IsStreaming)
        {
            _stop = _dispatcher.Stopping.UnsafeRegister(_cancel, ending);
        }

        return ending;
    }

    private TimeSpan TimerWait()
    {
        var remaining = Remaining;
        return remaining <= TimeSpan.Zero ? TimeSpan.Zero : remaining < _longestWait ? remaining : _longestWait;
    }
}
