using Microsoft.Extensions.Logging;

namespace Sampan.Server;

/// <summary>What the server says.</summary>
internal static partial class Log
{
    [LoggerMessage(8000, LogLevel.Information, "serving clients at {Endpoints} as member {Member:x}, data in {Path}")]
    public static partial void Serving(ILogger logger, string endpoints, ulong member, string path);

    [LoggerMessage(8001, LogLevel.Information, "{Remark}")]
    public static partial void Remark(ILogger logger, string remark);

    [LoggerMessage(8002, LogLevel.Information, "group {Group}: leader is {Leader:x} in term {Term}")]
    public static partial void Leader(ILogger logger, ulong group, ulong leader, ulong term);

    [LoggerMessage(8003, LogLevel.Information, "connected to member {Member:x} ({Address})")]
    public static partial void Connected(ILogger logger, ulong member, string address);

    [LoggerMessage(8004, LogLevel.Warning, "lost member {Member:x}: {Reason}")]
    public static partial void Lost(ILogger logger, ulong member, string reason);

    [LoggerMessage(8005, LogLevel.Error, "{Whom} and this store do not talk: {Reason}")]
    public static partial void Refused(ILogger logger, string whom, string reason);

    [LoggerMessage(8022, LogLevel.Warning, "{Count} more refusals of {Origin} in a minute are not told one by one")]
    public static partial void Suppressed(ILogger logger, string origin, long count);

    [LoggerMessage(8006, LogLevel.Warning, "cut off {Address}: {Reason}")]
    public static partial void Intruder(ILogger logger, string address, string reason);

    [LoggerMessage(8007, LogLevel.Critical, "{Reason}")]
    public static partial void Failed(ILogger logger, string reason);

    [LoggerMessage(8008, LogLevel.Warning, "{Worker} is in one call for more than {Limit} ms: the disk is slow")]
    public static partial void SlowDisk(ILogger logger, string worker, double limit);

    [LoggerMessage(8009, LogLevel.Error, "{Worker} is in one call for more than {Limit} ms: the disk may be ill")]
    public static partial void StalledDisk(ILogger logger, string worker, double limit);

    [LoggerMessage(8010, LogLevel.Information, "published as {Name} with {Urls}")]
    public static partial void Published(ILogger logger, string name, string urls);

    [LoggerMessage(8011, LogLevel.Information, "stopped")]
    public static partial void Stopped(ILogger logger);

    [LoggerMessage(8012, LogLevel.Critical, "{Worker} failed")]
    public static partial void Trace(ILogger logger, string worker, Exception cause);

    [LoggerMessage(8013, LogLevel.Information, "leadership handed over")]
    public static partial void HandedOver(ILogger logger);

    [LoggerMessage(8014, LogLevel.Information, "{Worker} is in one call for more than {Limit} ms")]
    public static partial void Slow(ILogger logger, string worker, double limit);

    [LoggerMessage(
        8015,
        LogLevel.Warning,
        "{Worker} is in one call for more than {Limit} ms: a very large request, or the machine is overloaded")]
    public static partial void Stalled(ILogger logger, string worker, double limit);

    [LoggerMessage(8016, LogLevel.Warning, "{Reason}")]
    public static partial void Waiting(ILogger logger, string reason);

    [LoggerMessage(8017, LogLevel.Error, "{Found}")]
    public static partial void Damage(ILogger logger, string found);

    [LoggerMessage(
        8018,
        LogLevel.Error,
        "NOSPACE: {Bytes} bytes of data, the quota is {Quota}: puts are refused until it is less (delete, compact)")]
    public static partial void NoSpace(ILogger logger, long bytes, long quota);

    [LoggerMessage(8019, LogLevel.Information, "NOSPACE is over: {Bytes} bytes of data, the quota is {Quota}")]
    public static partial void SpaceAgain(ILogger logger, long bytes, long quota);

    [LoggerMessage(8020, LogLevel.Information, "this store takes part in its group")]
    public static partial void TakesPart(ILogger logger);
}
