namespace Sampan.Grpc.Serving;

/// <summary>Counts the calls of one method, by how they ended. Any thread.</summary>
internal sealed class CallCounts
{
    // Index: the status code.
    private readonly long[] _ended = new long[(int)GrpcStatusCode.Unauthenticated + 1];
    private long _started;

    /// <summary>How many began.</summary>
    public long Started => Interlocked.Read(ref _started);

    /// <summary>A call begins.</summary>
    public void Begin() => Interlocked.Increment(ref _started);

    /// <summary>A call has ended.</summary>
    public void End(GrpcStatusCode code) => Interlocked.Increment(ref _ended[(int)code]);

    /// <summary>How many ended with this status.</summary>
    public long Ended(GrpcStatusCode code) => Interlocked.Read(ref _ended[(int)code]);
}
