using Sampan.Server.Doors;

namespace Sampan.Server.Tests.Doors;

/// <summary>Purpose: figures are written as Prometheus reads them.</summary>
public sealed class MetricsTextTests
{
    [Fact]
    public void A_histogram_adds_up()
    {
        var histogram = new DurationHistogram([0.001, 0.01]);
        foreach (var milliseconds in (double[])[0.5, 1, 5, 20, 30])
        {
            histogram.Add(TimeSpan.FromMilliseconds(milliseconds));
        }

        var text = new MetricsText();
        text.Histogram("x_seconds", "Help.", histogram);
        Assert.Equal(
            """
            # HELP x_seconds Help.
            # TYPE x_seconds histogram
            x_seconds_bucket{le="0.001"} 2
            x_seconds_bucket{le="0.01"} 3
            x_seconds_bucket{le="+Inf"} 5
            x_seconds_sum 0.0565
            x_seconds_count 5

            """,
            text.ToString());
    }

    [Fact]
    public void Gauges_and_counters_say_what_they_are()
    {
        var text = new MetricsText();
        text.Gauge("a", "One.", 1.5);
        text.Counter("b", "Two.", 1e20);
        Assert.Equal(
            "# HELP a One.\n# TYPE a gauge\na 1.5\n# HELP b Two.\n# TYPE b counter\nb 1E+20\n", text.ToString());
    }
}
