using System.Net.Security;

namespace Sampan.Grpc;

/// <summary>How a client talks to one endpoint.</summary>
public sealed record GrpcChannelOptions
{
    /// <summary>The largest response message in bytes, before and after decompression.</summary>
    public required int ReceiveBytesMax { get; init; }

    /// <summary>
    /// HTTP/2 connections; calls take them in turn. One is enough unless the processor of one is the limit.
    /// </summary>
    public int Connections { get; init; } = 1;

    /// <summary>How long to wait for a connection before the call is UNAVAILABLE.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long a connection with calls may be silent before it is pinged.</summary>
    public TimeSpan KeepAlivePingDelay { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the answer to a ping may take before the connection and its calls are given up.</summary>
    public TimeSpan KeepAlivePingTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Certificates and their check, for an <c>https</c> address; null takes the system's.</summary>
    public SslClientAuthenticationOptions? Tls { get; init; }

    /// <summary>Measures deadlines.</summary>
    public required TimeProvider Time { get; init; }

    /// <summary>Says what is wrong with the values.</summary>
    /// <exception cref="ArgumentException">A value is not allowed; the message names it.</exception>
    public void Validate()
    {
        if (ReceiveBytesMax < 1)
        {
            throw Wrong(nameof(ReceiveBytesMax), $"{ReceiveBytesMax}", "1 byte or more");
        }

        if (Connections is < 1 or > 64)
        {
            throw Wrong(nameof(Connections), $"{Connections}", "1 to 64");
        }

        RequireBetween(ConnectTimeout, TimeSpan.FromMilliseconds(1), nameof(ConnectTimeout));
        RequireBetween(KeepAlivePingDelay, TimeSpan.FromSeconds(1), nameof(KeepAlivePingDelay));
        RequireBetween(KeepAlivePingTimeout, TimeSpan.FromSeconds(1), nameof(KeepAlivePingTimeout));
    }

    private static void RequireBetween(TimeSpan value, TimeSpan least, string setting)
    {
        if (value < least || value > TimeSpan.FromDays(1))
        {
            throw Wrong(setting, $"{value}", $"{least} to one day");
        }
    }

    private static ArgumentException Wrong(string setting, string value, string allowed) =>
        new($"{setting} is {value}; allowed is {allowed}.", setting);
}
