using System.Globalization;

namespace Sampan.Linearizability.Tests;

/// <summary>How many random cases a test tries: SAMPAN_FUZZ says how many, else what fits into every run.</summary>
internal static class FuzzCount
{
    /// <summary>The number that was asked for, or the test's own.</summary>
    public static int Or(int usual) =>
        int.TryParse(Environment.GetEnvironmentVariable("SAMPAN_FUZZ"), CultureInfo.InvariantCulture, out var count)
            ? count
            : usual;
}
