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
    /// Calls at once on one connection; clients keep further ones until others have ended, since HTTP/2 tells them. An
    /// open call takes some kilobytes, and each costs an exception when its connection breaks.
    /// </summary>
    public int StreamsPerConnectionMax { get; init; } = 4096;

    /// <summary>
    /// Connections at once; one more is closed as soon as it has come. One that speaks HTTP/1.1 counts twice, since it
    /// is handed from one endpoint to another. Each takes a file of the process: leave some for everything else.
    /// </summary>
    public long ConnectionsMax { get; init; } = long.MaxValue;

    /// <summary>
    /// Bytes of a connection that have come and that no call has looked at. It does not bound what a connection can
    /// make the server hold: a call that waits for the end of a message has looked at all that came before, and the
    /// window is opened again. That is bounded by <see cref="GrpcServerOptions.BodyBytesMax"/>. At least 65,535.
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
        RequireBetween(ConnectionsMax, (1, long.MaxValue), nameof(ConnectionsMax));
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

    private static void RequireBetween(long value, (long Least, long Most) bounds, string name)
    {
        if (value < bounds.Least || value > bounds.Most)
        {
            throw new ArgumentException($"{name} is {value}; allowed is {bounds.Least} to {bounds.Most}.", name);
        }
    }
}
