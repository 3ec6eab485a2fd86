using System.Globalization;
using Sampan.Base;
using Sampan.Model;
using Sampan.Raft.Membership;
using Sampan.Raft.Progress;
using Xunit.Abstractions;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Purpose: changes of a configuration come out as etcd/raft's own files expect, errors included, and the tracker of
/// members follows them.
/// </summary>
public sealed class ConfigurationChangeConformanceTests(
    ConfigurationChangeConformanceTests.Report report, ITestOutputHelper output)
    : IClassFixture<ConfigurationChangeConformanceTests.Report>
{
    private const string Folder = "etcd-raft/confchange";

    /// <summary>The files that are there.</summary>
    public static TheoryData<string> Files() => ConformanceFolder.Files(Folder, "*.txt");

    [ConformanceTheory]
    [MemberData(nameof(Files))]
    public void Every_case_of_a_change_file_comes_out_exactly(string name)
    {
        var file = ConformanceFolder.Read(Folder, name);
        var tracker = new TrackedMembers();
        var failures = new List<string>();
        var lastIndex = 0UL;
        foreach (var directive in file.Directives)
        {
            var actual = Run(directive, tracker, lastIndex);
            lastIndex++;
            if (actual != directive.ExpectedText)
            {
                failures.Add($"{name}, {directive}\nexpected:\n{directive.ExpectedText}actual:\n{actual}");
            }
        }

        var outcome = $"{file.Directives.Count - failures.Count} of {file.Directives.Count} cases exact";
        output.WriteLine($"{name}: {outcome}");
        report.Add(name, outcome);
        Assert.True(file.Directives.Count > 0);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static string Run(Directive directive, TrackedMembers tracker, ulong lastIndex)
    {
        var steps = directive.Input.SelectMany(MemberSteps.Parse).ToArray();
        var result = directive.Name switch
        {
            "simple" => ConfigurationChanger.Simple(tracker.Configuration, steps),
            "enter-joint" => ConfigurationChanger.EnterJoint(
                tracker.Configuration, steps, directive.IsTrue("autoleave")),
            "leave-joint" => ConfigurationChanger.LeaveJoint(tracker.Configuration),
            _ => throw new FormatException($"{directive}: unknown directive"),
        };
        Assert.True(result.Configuration is null != result.Error is null);
        if (!result.Succeeded)
        {
            return result.Error + "\n";
        }

        tracker.Adopt(result.Configuration, Math.Max(lastIndex, 1));
        return $"{result.Configuration}\n{tracker.Describe()}";
    }

    /// <summary>The table of this class.</summary>
    public sealed class Report() : ConformanceReport("confchange");

    private sealed class TrackedMembers
    {
        private readonly ProgressTracker _tracker = new(int.MaxValue, long.MaxValue);

        public Configuration Configuration { get; private set; } = Configuration.Empty;

        public void Adopt(Configuration configuration, ulong nextIndex)
        {
            Configuration = configuration;
            _tracker.Adopt(configuration, nextIndex, Instant.Zero);
        }

        public string Describe()
        {
            var lines = string.Empty;
            foreach (var member in _tracker.Members)
            {
                var learner = member.IsLearner ? " learner" : string.Empty;
                lines += string.Create(
                    CultureInfo.InvariantCulture,
                    $"{member.Replica}: State{member.State} match={member.Match} next={member.Next}{learner}\n");
            }

            return lines;
        }
    }
}
