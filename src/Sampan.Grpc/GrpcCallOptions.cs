namespace Sampan.Grpc;

/// <summary>What a client says about one call. The default says nothing.</summary>
public sealed record GrpcCallOptions
{
    /// <summary>Nothing said: no deadline, no metadata.</summary>
    public static GrpcCallOptions None { get; } = new();

    /// <summary>
    /// How long the call may take; it then fails with DEADLINE_EXCEEDED. Sent to the server too. Null: no bound.
    /// </summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>
    /// Metadata to send; names in lower case, binary values as base64 under names that end in <c>-bin</c>.
    /// </summary>
    public IReadOnlyList<KeyValuePair<string, string>> Metadata { get; init; } = [];

    /// <summary>Whether messages are compressed by gzip.</summary>
    public bool Compress { get; init; }

    /// <summary>Says what is wrong with the values.</summary>
    /// <exception cref="ArgumentException">A value is not allowed; the message names it.</exception>
    public void Validate()
    {
        RequireNotNegative(Timeout, nameof(Timeout));
        foreach (var entry in Metadata)
        {
            Wire.GrpcHeaders.Checked(entry);
        }
    }

    private static void RequireNotNegative(TimeSpan? value, string setting)
    {
        if (value < TimeSpan.Zero)
        {
            throw new ArgumentException($"{setting} is {value}; allowed is zero or more.", setting);
        }
    }
}
