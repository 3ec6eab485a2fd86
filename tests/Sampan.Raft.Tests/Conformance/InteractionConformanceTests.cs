using System.Globalization;
using Xunit.Abstractions;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Purpose: whole scripted clusters, written for etcd/raft, end the same way on this core: the same roles, terms, logs,
/// committed entries and configurations.
/// </summary>
public sealed class InteractionConformanceTests(InteractionConformanceTests.Report report, ITestOutputHelper output)
    : IClassFixture<InteractionConformanceTests.Report>
{
    private const string Folder = "etcd-raft/interaction";

    // What was reached once and must not be lost again: a line a file, its name and its level.
    private const string Levels = "tests/Sampan.Raft.Tests/Conformance/interaction-levels.txt";

    /// <summary>The files that are there.</summary>
    public static TheoryData<string> Files() => ConformanceFolder.Files(Folder, "*.txt");

    [ConformanceTheory]
    [MemberData(nameof(Files))]
    public void A_script_ends_as_it_should(string name)
    {
        var file = ConformanceFolder.Read(Folder, name);
        var verdict = InteractionComparison.Run(file);
        var reached = RecordedLevel(name);
        var outcome = verdict.Level == InteractionVerdict.None ? "fails" : $"level {verdict.Level}";
        var hint = verdict.Level < reached ? $" (recorded: {reached}; may be raised)" : string.Empty;
        report.Add(name, $"{outcome}{hint}, {file.Directives.Count} directives, no index mapped");
        output.WriteLine($"{name}: {outcome}{hint}");
        output.WriteLine(string.Join('\n', verdict.MessageDifferences));

        Assert.True(file.Directives.Count > 0);
        Assert.True(verdict.EndStateDifferences.Count == 0, string.Join('\n', verdict.EndStateDifferences));
        Assert.True(verdict.Level <= reached, string.Join('\n', verdict.MessageDifferences));
    }

    private static int RecordedLevel(string name)
    {
        foreach (var line in File.ReadLines(Path.Combine(ConformanceFolder.RepositoryRoot, Levels)))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && words[0] == name)
            {
                return int.Parse(words[1], CultureInfo.InvariantCulture);
            }
        }

        return InteractionVerdict.EndState;
    }

    /// <summary>The table of this class.</summary>
    public sealed class Report() : ConformanceReport("interaction");
}
