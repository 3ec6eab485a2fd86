namespace Sampan.Load;

/// <summary>One run of one workload: requests a second, latencies in milliseconds, processor time a request.</summary>
internal sealed record Measurement
{
    /// <summary>What was measured, as in the table's first column.</summary>
    public required string Workload { get; init; }

    /// <summary>Whether it was etcd.</summary>
    public required bool IsEtcd { get; init; }

    /// <summary>Requests a second.</summary>
    public required double Rate { get; init; }

    /// <summary>The median latency.</summary>
    public required double P50 { get; init; }

    /// <summary>The latency below which 99 of 100 lie.</summary>
    public required double P99 { get; init; }

    /// <summary>Processor time of all members a request, in microseconds.</summary>
    public required double CpuMicroseconds { get; init; }

    /// <summary>Requests that failed.</summary>
    public required long Failed { get; init; }
}
