using System.Net;

namespace Sampan.Grpc.Calling;

/// <summary>Translates what the HTTP client throws.</summary>
internal static class CallFailure
{
    /// <summary>Whether the error tells of the connection or the wait for it, and not of a bug.</summary>
    public static bool IsOfTransport(Exception error) =>
        error is OperationCanceledException or HttpRequestException or IOException or ObjectDisposedException;

    /// <summary>What the caller gets instead of such an error.</summary>
    public static Exception Translate(Exception error, CallClock clock)
    {
        if (clock.IsCancelledByCaller)
        {
            return new OperationCanceledException("The call was cancelled.", error, clock.Caller);
        }

        if (clock.HasTimedOut)
        {
            return new GrpcException(
                GrpcStatusCode.DeadlineExceeded,
                "The deadline passed before the answer came.",
                error);
        }

        return Find<HttpProtocolException>(error) is { } reset
            ? OfReset(reset)
            : new GrpcException(GrpcStatusCode.Unavailable, $"The server was not reached: {error.Message}", error);
    }

    /// <summary>What an answer without a gRPC status means, as the protocol's table has it.</summary>
    public static GrpcException OfHttpStatus(HttpStatusCode status) => new(
        status switch
        {
            HttpStatusCode.BadRequest => GrpcStatusCode.Internal,
            HttpStatusCode.Unauthorized => GrpcStatusCode.Unauthenticated,
            HttpStatusCode.Forbidden => GrpcStatusCode.PermissionDenied,
            HttpStatusCode.NotFound => GrpcStatusCode.Unimplemented,
            HttpStatusCode.TooManyRequests or HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable
                or HttpStatusCode.GatewayTimeout => GrpcStatusCode.Unavailable,
            _ => GrpcStatusCode.Unknown,
        },
        $"The answer is HTTP {(int)status} and no gRPC.");

    // The reasons of a reset stream are HTTP/2's error codes.
    private static GrpcException OfReset(HttpProtocolException reset) => new(
        reset.ErrorCode switch
        {
            0x7 => GrpcStatusCode.Unavailable,
            0x8 => GrpcStatusCode.Cancelled,
            0xb => GrpcStatusCode.ResourceExhausted,
            0xc => GrpcStatusCode.PermissionDenied,
            _ => GrpcStatusCode.Internal,
        },
        $"The server broke the call off: {reset.Message}",
        reset);

    private static T? Find<T>(Exception error)
        where T : Exception
    {
        for (Exception? one = error; one is not null; one = one.InnerException)
        {
            if (one is T found)
            {
                return found;
            }
        }

        return null;
    }
}
