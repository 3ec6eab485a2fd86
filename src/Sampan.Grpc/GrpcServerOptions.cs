namespace Sampan.Grpc;

/// <summary>Bounds of the calls that a server takes.</summary>
public sealed record GrpcServerOptions
{
    /// <summary>
    /// The largest request message in bytes, before and after decompression. A larger one is answered
    /// RESOURCE_EXHAUSTED before it is read.
    /// </summary>
    public required int ReceiveBytesMax { get; init; }

    /// <summary>
    /// Answers of at least this many bytes are compressed for callers that compressed their request; smaller ones are
    /// not worth it. <see cref="int.MaxValue"/> compresses nothing.
    /// </summary>
    public int CompressFromBytes { get; init; } = 1024;

    /// <summary>
    /// How many bytes of requests may be held in all, from when they come until their calls end; those of messages
    /// below 16 KiB are not counted. A call for which there is no room is answered RESOURCE_EXHAUSTED.
    /// </summary>
    public long BodyBytesMax { get; init; } = 256L << 20;

    /// <summary>The same for the calls of one connection.</summary>
    public long ConnectionBodyBytesMax { get; init; } = 128L << 20;

    /// <summary>
    /// How long the request of a unary method may take to come. Then the call is answered DEADLINE_EXCEEDED.
    /// </summary>
    public TimeSpan ReceiveTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How many calls there may be at once. One more is answered RESOURCE_EXHAUSTED.</summary>
    public int CallsMax { get; init; } = 1 << 16;

    /// <summary>
    /// How long a caller of a unary method may take to read an answer above 64 KiB, beside what <see
    /// cref="SendBytesPerSecondMin"/> allows. Then the call is reset, and its memory is free.
    /// </summary>
    public TimeSpan SendTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How fast such an answer is read at least.</summary>
    public int SendBytesPerSecondMin { get; init; } = 64 * 1024;

    internal TimeSpan SendTimeOf(int bytes) =>
        SendTimeout + TimeSpan.FromSeconds((double)bytes / SendBytesPerSecondMin);

    /// <summary>Says what is wrong with the values.</summary>
    /// <exception cref="ArgumentException">A value is not allowed; the message names it.</exception>
    public void Validate()
    {
        Require(ReceiveBytesMax, 1, nameof(ReceiveBytesMax));
        Require(CompressFromBytes, 0, nameof(CompressFromBytes));
        Require(SendBytesPerSecondMin, 1, nameof(SendBytesPerSecondMin));
        Require(BodyBytesMax, ReceiveBytesMax, nameof(BodyBytesMax));
        Require(ConnectionBodyBytesMax, ReceiveBytesMax, nameof(ConnectionBodyBytesMax));
        RequireTime(SendTimeout, nameof(SendTimeout));
        RequireTime(ReceiveTimeout, nameof(ReceiveTimeout));
        Require(CallsMax, 1, nameof(CallsMax), "calls");
    }

    private static void RequireTime(TimeSpan value, string setting)
    {
        if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{setting} is {value}; allowed is a millisecond to a day.", setting);
        }
    }

    private static void Require(long value, long least, string setting, string unit = "bytes")
    {
        if (value < least)
        {
            throw new ArgumentException($"{setting} is {value}; allowed is {least} or more {unit}.", setting);
        }
    }
}
