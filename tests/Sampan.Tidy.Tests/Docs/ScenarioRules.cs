using System.Text.RegularExpressions;

namespace Sampan.Tidy.Tests.Docs;

/// <summary>What docs/scenarios.md must keep: it names what exists, and leaves no scenario out.</summary>
internal static partial class ScenarioRules
{
    private static readonly IReadOnlyList<string> _numbers =
    [
        .. Numbers("A", 17), .. Numbers("B", 20), .. Numbers("C", 17), .. Numbers("D", 9), .. Numbers("E", 9),
        .. Numbers("F", 10), .. Numbers("G", 8), .. Numbers("O", 24),
        .. Enumerable.Range(1, 58).Select(number => $"R{number:00}"),
        "R08a", "R08b", "R08c", "R08d", "R08e", "R14b", "R25b",
    ];

    /// <summary>Tests and planted bugs that are named and do not exist.</summary>
    /// <param name="text">The document.</param>
    /// <param name="paths">All files, relative to the root.</param>
    /// <param name="read">The text of one.</param>
    public static IEnumerable<string> Inventions(string text, IReadOnlyList<string> paths, Func<string, string> read)
    {
        foreach (Match match in TestName().Matches(text))
        {
            var folder = $"tests/Sampan.{match.Groups["project"].Value}.Tests/";
            var file = $"/{match.Groups["class"].Value}.cs";
            var method = match.Groups["method"].Value;
            if (!paths.Any(path => path.StartsWith(folder, StringComparison.Ordinal)
                && path.EndsWith(file, StringComparison.Ordinal)
                && TestMethod().Matches(read(path)).Any(found => found.Groups["method"].Value == method)))
            {
                yield return $"{match.Value} is no test";
            }
        }

        foreach (var cells in Rows(text).Where(cells => cells.Length == 4 && cells[3].Length > 0))
        {
            if (!paths.Contains($"eng/planted/{cells[3]}.plant", StringComparer.Ordinal))
            {
                yield return $"{cells[0]}: {cells[3]} is no planted bug";
            }
        }
    }

    /// <summary>
    /// Rows of another form, numbers that are left out, and numbers that nobody knows or that come twice.
    /// </summary>
    public static IEnumerable<string> Gaps(string text)
    {
        var numbers = new HashSet<string>(StringComparer.Ordinal);
        foreach (var cells in Rows(text))
        {
            if (cells.Length != 4 || cells[1].Length == 0 || !Evidence().IsMatch(cells[2]))
            {
                yield return $"{cells[0]}: neither a test nor what it waits for";
            }

            if (!_numbers.Contains(cells[0]) || !numbers.Add(cells[0]))
            {
                yield return $"{cells[0]} is no number, or comes twice";
            }
        }

        foreach (var number in _numbers.Where(number => !numbers.Contains(number)))
        {
            yield return $"{number} is left out";
        }
    }

    private static IEnumerable<string> Numbers(string letter, int count) =>
        Enumerable.Range(1, count).Select(number => $"{letter}{number}");

    // Rows of tables without their headings.
    private static IEnumerable<string[]> Rows(string text) => text.Split('\n')
        .Where(line => line.StartsWith("| ", StringComparison.Ordinal))
        .Where(line => !line.StartsWith("| #", StringComparison.Ordinal))
        .Select(line => line.Trim()[1..^1].Split('|', StringSplitOptions.TrimEntries));

    [GeneratedRegex(@"`(?<project>[\w.]+): (?<class>\w+)\.(?<method>\w+)`", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TestName();

    [GeneratedRegex(
        @"\[\w*(Fact|Theory)\b[^{};]*\bpublic (async Task|Task|void) (?<method>\w+)\(",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture,
        1000)]
    private static partial Regex TestMethod();

    [GeneratedRegex("^(`.*|waits for .+|missing: .+)$", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Evidence();
}
