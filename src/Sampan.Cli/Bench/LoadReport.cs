using System.Globalization;

namespace Sampan.Cli.Bench;

/// <summary>What a load measured. Latencies in milliseconds.</summary>
public sealed record LoadReport
{
    /// <summary>Requests that succeeded.</summary>
    public required long Succeeded { get; init; }

    /// <summary>Requests that failed.</summary>
    public required long Failed { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The latencies of those that succeeded.</summary>
    public required LatencyHistogram Latencies { get; init; }

    /// <summary>The sentence of most failures; empty if there was none.</summary>
    public required string MostFrequentFailure { get; init; }

    /// <summary>Requests a second.</summary>
    public double Rate => Succeeded / Math.Max(Duration.TotalSeconds, 0.001);

    /// <summary>What failed and mostly why, as a sentence.</summary>
    public string Complaint => $"{Failed} of {Succeeded + Failed} requests failed, mostly with: {MostFrequentFailure}";

    /// <summary>For people.</summary>
    public string ToText() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        {Succeeded} requests in {Duration.TotalSeconds:F1} s: {Rate:F0} per second, {Failed} failed
        latency in ms: p50 {At(0.5):F2}, p90 {At(0.9):F2}, p99 {At(0.99):F2}, p99.9 {At(0.999):F2}, most {At(1):F2}
        """);

    /// <summary>For programs: requests, failures, per second, p50, p99, p99.9, separated by tabs.</summary>
    public string ToLine() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Succeeded}\t{Failed}\t{Rate:F1}\t{At(0.5):F3}\t{At(0.99):F3}\t{At(0.999):F3}");

    private double At(double part) => Latencies.Quantile(part);
}
