namespace Sampan.Grpc;

/// <summary>How often a method was called, and how its calls ended, since the service was built.</summary>
public sealed record GrpcMethodCalls
{
    /// <summary>The full name of the service.</summary>
    public required string Service { get; init; }

    /// <summary>The method.</summary>
    public required string Method { get; init; }

    /// <summary>Its kind, in the words of metrics: unary, client_stream, server_stream, bidi_stream.</summary>
    public required string Kind { get; init; }

    /// <summary>Calls that began.</summary>
    public required long Started { get; init; }

    /// <summary>
    /// Calls that ended, by status; those with at least one. One that its caller gave up is cancelled.
    /// </summary>
    public required IReadOnlyList<KeyValuePair<GrpcStatusCode, long>> Ended { get; init; }
}
