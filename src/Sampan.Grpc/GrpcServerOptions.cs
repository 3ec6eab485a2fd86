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
        RequireTime(SendTimeout, nameof(SendTimeout));
    }

    private static void RequireTime(TimeSpan value, string setting)
    {
        if (value < TimeSpan.FromMilliseconds(1) || value > TimeSpan.FromDays(1))
        {
            throw new ArgumentException($"{setting} is {value}; allowed is a millisecond to a day.", setting);
        }
    }

    private static void Require(int value, int least, string setting)
    {
        if (value < least)
        {
            throw new ArgumentException($"{setting} is {value}; allowed is {least} or more bytes.", setting);
        }
    }
}
