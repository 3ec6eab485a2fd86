using System.Globalization;
using System.Text;

namespace Sampan.Server.Doors;

/// <summary>Writes Prometheus' text format, version 0.0.4.</summary>
internal sealed class MetricsText
{
    private readonly StringBuilder _text = new();

    /// <summary>A value that goes up and down.</summary>
    public void Gauge(string name, string help, double value)
    {
        Family(name, help, "gauge");
        Sample(name, string.Empty, value);
    }

    /// <summary>A value that only grows while the process lives.</summary>
    public void Counter(string name, string help, double value)
    {
        Family(name, help, "counter");
        Sample(name, string.Empty, value);
    }

    /// <summary>A histogram.</summary>
    public void Histogram(string name, string help, DurationHistogram histogram)
    {
        Family(name, help, "histogram");
        var (counts, sum) = histogram.Read();
        var total = 0L;
        for (var i = 0; i < counts.Length; i++)
        {
            total += counts[i];
            var bound = i < histogram.BoundsSeconds.Count ? Format(histogram.BoundsSeconds[i]) : "+Inf";
            Sample(name + "_bucket", $"{{le=\"{bound}\"}}", total);
        }

        Sample(name + "_sum", string.Empty, sum);
        Sample(name + "_count", string.Empty, total);
    }

    /// <summary>Begins a family whose samples follow.</summary>
    public void Family(string name, string help, string type) => _text
        .Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n')
        .Append("# TYPE ").Append(name).Append(' ').Append(type).Append('\n');

    /// <summary>A sample of the family that was begun last; labels in their braces, or nothing.</summary>
    public void Sample(string name, string labels, double value) =>
        _text.Append(name).Append(labels).Append(' ').Append(Format(value)).Append('\n');

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    private static string Format(double value) => value.ToString("R", CultureInfo.InvariantCulture);
}
