using System.Globalization;
using Sampan.Tidy.Tests.Core;

namespace Sampan.Tidy.Tests.Rules;

/// <summary>
/// One case of a file in <c>cases/</c>: some small source files and what the rule says about them.
/// </summary>
/// <remarks>
/// <c>## title</c> begins a case, <c>### path</c> a file of it, <c>----</c> the expected findings, one a line. A line
/// <c>@repeat n text</c> stands for n such lines, so that sizes can be tried without long files.
/// </remarks>
internal sealed record RuleCase(string Title, IReadOnlyList<SourceFile> Files, string Expected)
{
    /// <summary>Reads the cases of one rule.</summary>
    public static IReadOnlyList<RuleCase> Read(string rule)
    {
        var cases = new List<RuleCase>();
        foreach (var part in ("\n" + Checkout.Read($"tests/Sampan.Tidy.Tests/cases/{rule}.txt")).Split("\n## ").Skip(1))
        {
            var halves = part.Split("\n----\n");
            var files = halves[0].Split("\n### ");
            cases.Add(new RuleCase(files[0].Trim(), [.. files.Skip(1).Select(Parse)], halves[1].Trim()));
        }

        return cases;
    }

    /// <summary>What the rule says, in the form of the expected text.</summary>
    public string Actual(Rule rule) =>
        string.Join('\n', TidyRun.Over(Files, [rule]).Select(finding =>
            $"{finding.Subject} {finding.Line}: {finding.Text}"));

    private static SourceFile Parse(string text)
    {
        var end = text.IndexOf('\n', StringComparison.Ordinal);
        return new SourceFile(text[..end].Trim(), string.Join('\n', text[(end + 1)..].Split('\n').SelectMany(Expand)));
    }

    private static IEnumerable<string> Expand(string line)
    {
        if (!line.StartsWith("@repeat ", StringComparison.Ordinal))
        {
            return [line];
        }

        var parts = line.Split(' ', 3);
        return Enumerable.Repeat(parts[2], int.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
