using System.Buffers;
using Google.Protobuf.Reflection;
using Microsoft.AspNetCore.Http;
using Sampan.Grpc.Wire;

namespace Sampan.Grpc.Serving;

/// <summary>
/// One message in, one out. This is the hot path: no task but the request's own, no copy but the body's.
/// </summary>
internal abstract class SingleHandler<TRequest, TResponse> : MethodHandler
{
    private static readonly Action<object?> _cancel = state => (state as CancellationTokenSource)?.Cancel();

    private readonly Func<TRequest, GrpcCall, ValueTask<TResponse>> _handler;

    protected SingleHandler(MethodDescriptor method, Func<TRequest, GrpcCall, ValueTask<TResponse>> handler)
        : base(method) => _handler = handler;

    /// <inheritdoc/>
    public sealed override async Task InvokeAsync(GrpcCall call)
    {
        try
        {
            // A small body has usually arrived as a whole with its headers: then nothing is awaited here.
            var body = call.Body;
            var request = body.TryRead(out var result) && result.IsCompleted
                ? TakeOnly(call, result.Buffer)
                : await ReadAsync(call, result.Buffer).ConfigureAwait(false);
            var response = await _handler(request, call).ConfigureAwait(false);
            if (TryGetLarge(response, out var large))
            {
                await call.SendAsync(large).ConfigureAwait(false);
            }
            else
            {
                Write(call, response);
            }

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

    protected abstract TRequest Decode(in ReadOnlySequence<byte> message);

    protected abstract void Write(GrpcCall call, TResponse response);

    /// <summary>The bytes of a response that is to go out in pieces.</summary>
    protected virtual bool TryGetLarge(TResponse response, out ReadOnlyMemory<byte> large)
    {
        large = default;
        return false;
    }

    private static GrpcException NotOne(string found) =>
        new(GrpcStatusCode.Unimplemented, $"The method takes exactly one message; the request has {found}.");

    private TRequest TakeOnly(GrpcCall call, ReadOnlySequence<byte> buffer)
    {
        call.CountBody(buffer.Length);
        var rest = buffer;
        if (!MessageFraming.TryTake(ref rest, call.Rules, out var message))
        {
            throw rest.IsEmpty ? NotOne("none") : MessageFraming.Truncated();
        }

        if (!rest.IsEmpty)
        {
            throw NotOne("more");
        }

        var request = Decode(message);
        call.Body.AdvanceTo(buffer.End);
        return request;
    }

    // The body comes in pieces. It is checked as it grows, so that one too large is refused before it is taken in.
    private async ValueTask<TRequest> ReadAsync(GrpcCall call, ReadOnlySequence<byte> seen)
    {
        var body = call.Body;
        if (!seen.IsEmpty)
        {
            Check(call, seen);
            body.AdvanceTo(seen.Start, seen.End);
        }

        using var limit = call.BeginReceiving();
        using var ended = call.Cancellation.UnsafeRegister(_cancel, limit);
        try
        {
            while (true)
            {
                var result = await body.ReadAsync(limit.Token).ConfigureAwait(false);
                if (result.IsCompleted)
                {
                    return TakeOnly(call, result.Buffer);
                }

                Check(call, result.Buffer);
                body.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            }
        }
        catch (OperationCanceledException) when (!call.Cancellation.IsCancellationRequested)
        {
            throw call.ReceiveTimedOut();
        }
        catch (IOException error) when (error is not BadHttpRequestException)
        {
            throw new OperationCanceledException(GrpcCall.GoneText, error);
        }
    }

    private static void Check(GrpcCall call, ReadOnlySequence<byte> buffer)
    {
        call.CountBody(buffer.Length);
        if (MessageFraming.IsWhole(buffer, call.Rules, out var restBytes) && restBytes > 0)
        {
            throw NotOne("more");
        }
    }
}
