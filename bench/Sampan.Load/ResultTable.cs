using System.Globalization;
using System.Text;

namespace Sampan.Load;

/// <summary>Medians of all runs, Sampan beside etcd, in Markdown.</summary>
internal static class ResultTable
{
    /// <summary>The table.</summary>
    public static string Of(IReadOnlyList<Measurement> runs)
    {
        var text = new StringBuilder();
        text.AppendLine("| workload | Sampan ops/s | p50 ms | p99 ms | CPU us | etcd ops/s | p50 ms | p99 ms | "
            + "CPU us | "
            + "throughput | CPU |");
        text.AppendLine("|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        foreach (var workload in runs.Select(run => run.Workload).Distinct(StringComparer.Ordinal))
        {
            var own = Cells(runs, workload, isEtcd: false);
            var etcd = Cells(runs, workload, isEtcd: true);
            text.Append(CultureInfo.InvariantCulture, $"| {workload} {Show(own)} {Show(etcd)} | ");
            text.AppendLine(own is null || etcd is null
                ? "- | - |"
                : string.Create(
                    CultureInfo.InvariantCulture, $"{own.Rate / etcd.Rate:F2}x | {own.Cpu / etcd.Cpu:F2}x |"));
        }

        var failed = runs.Sum(run => run.Failed);
        text.Append(CultureInfo.InvariantCulture, $"{failed} requests failed.");
        return text.ToString();
    }

    private static Medians? Cells(IReadOnlyList<Measurement> runs, string workload, bool isEtcd)
    {
        var own = runs
            .Where(run => run.IsEtcd == isEtcd && string.Equals(run.Workload, workload, StringComparison.Ordinal))
            .ToArray();
        return own.Length == 0
            ? null
            : new Medians(
                Median(own, run => run.Rate),
                Median(own, run => run.P50),
                Median(own, run => run.P99),
                Median(own, run => run.CpuMicroseconds));
    }

    private static double Median(Measurement[] runs, Func<Measurement, double> figure)
    {
        var sorted = runs.Select(figure).Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }

    private static string Show(Medians? cells) => cells is null
        ? "| - | - | - | -"
        : string.Create(
            CultureInfo.InvariantCulture, $"| {cells.Rate:N0} | {cells.P50:F2} | {cells.P99:F1} | {cells.Cpu:F0}");

    private sealed record Medians(double Rate, double P50, double P99, double Cpu);
}
