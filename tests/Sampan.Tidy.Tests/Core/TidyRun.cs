using Microsoft.CodeAnalysis.CSharp;

namespace Sampan.Tidy.Tests.Core;

/// <summary>Runs rules over files: one parse and one walk a file.</summary>
internal static class TidyRun
{
    /// <summary>What <paramref name="rules"/> find in <paramref name="files"/>.</summary>
    public static IReadOnlyList<Finding> Over(IEnumerable<SourceFile> files, IReadOnlyList<Rule> rules)
    {
        var report = new Report();
        foreach (var file in files)
        {
            var listeners = Listeners(file, rules);
            foreach (var node in file.Root.DescendantNodesAndSelf())
            {
                if (listeners.TryGetValue(node.Kind(), out var interested))
                {
                    foreach (var rule in interested)
                    {
                        rule.Visit(node, file, report);
                    }
                }
            }
        }

        foreach (var rule in rules)
        {
            rule.Finish(report);
        }

        return report.Findings;
    }

    private static Dictionary<SyntaxKind, List<Rule>> Listeners(SourceFile file, IReadOnlyList<Rule> rules)
    {
        var listeners = new Dictionary<SyntaxKind, List<Rule>>();
        foreach (var rule in rules.Where(rule => rule.Covers(file)))
        {
            foreach (var kind in rule.Kinds)
            {
                if (!listeners.TryGetValue(kind, out var interested))
                {
                    listeners[kind] = interested = [];
                }

                interested.Add(rule);
            }
        }

        return listeners;
    }
}
