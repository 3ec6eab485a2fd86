namespace Sampan.Grpc;

/// <summary>How Kestrel treats connections.</summary>
public sealed record GrpcKestrelOptions
{
    /// <summary>How long a connection may be silent before it is pinged.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to a ping may take before the connection is closed.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a connection without calls is kept. Clients of gRPC hold theirs, so it is long.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a new connection may take to say which protocol it speaks.</summary>
    public TimeSpan PrefaceTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Calls at once on one connection. Watches are calls that stay, so it is high; it is also what bounds the memory
    /// that a hostile connection can take, at a few kilobytes for a call.
    /// </summary>
    public int StreamsPerConnectionMax { get; init; } = 1 << 16;

    /// <summary>
    /// Bytes that a client may send on a connection before the server has taken them in; this bounds the memory of a
    /// connection. At least 65,535.
    /// </summary>
    public int ConnectionWindowBytes { get; init; } = 4 << 20;

    /// <summary>The same for one call. At least 65,535.</summary>
    public int StreamWindowBytes { get; init; } = 1 << 20;

    /// <summary>Says what is wrong with the values.</summary>
    /// <exception cref="ArgumentException">A value is not allowed; the message names it.</exception>
    public void Validate()
    {
        RequireLonger(KeepAlivePingDelay, TimeSpan.FromSeconds(1), nameof(KeepAlivePingDelay));
        RequireLonger(KeepAlivePingTimeout, TimeSpan.FromSeconds(1), nameof(KeepAlivePingTimeout));
        RequireLonger(IdleTimeout, TimeSpan.FromSeconds(1), nameof(IdleTimeout));
        RequireLonger(PrefaceTimeout, TimeSpan.FromMilliseconds(1), nameof(PrefaceTimeout));
        RequireBetween(StreamsPerConnectionMax, (1, 1 << 28), nameof(StreamsPerConnectionMax));
        RequireBetween(ConnectionWindowBytes, (65_535, int.MaxValue), nameof(ConnectionWindowBytes));
        RequireBetween(StreamWindowBytes, (65_535, int.MaxValue), nameof(StreamWindowBytes));
    }

    private static void RequireLonger(TimeSpan value, TimeSpan least, string name)
    {
        if (value < least || value > TimeSpan.FromDays(20))
        {
            throw new ArgumentException($"{name} is {value}; allowed is {least} to 20 days.", name);
        }
    }

    private static void RequireBetween(int value, (int Least, int Most) bounds, string name)
    {
        if (value < bounds.Least || value > bounds.Most)
        {
            throw new ArgumentException($"{name} is {value}; allowed is {bounds.Least} to {bounds.Most}.", name);
        }
    }
}
