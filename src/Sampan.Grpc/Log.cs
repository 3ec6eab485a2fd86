using Microsoft.Extensions.Logging;

namespace Sampan.Grpc;

/// <summary>What this room tells operators; ids 2000 to 2999.</summary>
internal static partial class Log
{
    [LoggerMessage(
        EventId = 2000,
        Level = LogLevel.Error,
        Message = "The handler of {Method} failed; the call was answered INTERNAL")]
    public static partial void HandlerFailed(ILogger logger, Exception error, string method);

    [LoggerMessage(
        EventId = 2001,
        Level = LogLevel.Debug,
        Message = "The handler of {Method} ended by a cancellation before its caller was known to be gone")]
    public static partial void HandlerCancelled(ILogger logger, Exception error, string method);
}
