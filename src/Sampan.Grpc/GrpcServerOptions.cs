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

    /// <summary>Says what is wrong with the values.</summary>
    /// <exception cref="ArgumentException">A value is not allowed; the message names it.</exception>
    public void Validate()
    {
        Require(ReceiveBytesMax, 1, nameof(ReceiveBytesMax));
        Require(CompressFromBytes, 0, nameof(CompressFromBytes));
    }

    private static void Require(int value, int least, string setting)
    {
        if (value < least)
        {
            throw new ArgumentException($"{setting} is {value}; allowed is {least} or more bytes.", setting);
        }
    }
}
