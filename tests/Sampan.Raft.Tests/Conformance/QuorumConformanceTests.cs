using System.Globalization;
using Sampan.Model;
using Sampan.Raft.Quorum;
using Xunit.Abstractions;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Purpose: the quorum arithmetic gives what etcd/raft's own files expect, case by case and to the letter, and does not
/// depend on the order of the halves nor on anything else that must not matter.
/// </summary>
public sealed class QuorumConformanceTests(QuorumConformanceTests.Report report, ITestOutputHelper output)
    : IClassFixture<QuorumConformanceTests.Report>
{
    private const string Folder = "etcd-raft/quorum";

    /// <summary>The files that are there.</summary>
    public static TheoryData<string> Files() => ConformanceFolder.Files(Folder, "*.txt");

    [ConformanceTheory]
    [MemberData(nameof(Files))]
    public void Every_case_of_a_quorum_file_comes_out_exactly(string name)
    {
        var file = ConformanceFolder.Read(Folder, name);
        var failures = new List<string>();
        foreach (var directive in file.Directives)
        {
            var actual = Run(directive);
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

    private static string Run(Directive directive)
    {
        var given = new QuorumCase(directive);
        if (given.Error is not null)
        {
            return given.Error + "\n";
        }

        return directive.Name switch
        {
            "committed" => Committed(given),
            "vote" => Vote(given),
            _ => throw new FormatException($"{directive}: unknown directive"),
        };
    }

    private static string Committed(QuorumCase given)
    {
        var known = given.Known;
        var index = JointQuorum.CommittedIndex(Joint(given.Voters, given.Outgoing), in known);
        if (given.IsJoint)
        {
            Assert.Equal(index, JointQuorum.CommittedIndex(Joint(given.Outgoing, given.Voters), in known));
        }
        else
        {
            Assert.Equal(index, MajorityQuorum.CommittedIndex(given.Voters, in known));
            Assert.Equal(index, JointQuorum.CommittedIndex(Joint([], given.Voters), in known));
            Assert.Equal(index, JointQuorum.CommittedIndex(Joint(given.Voters, given.Voters), in known));
            AssertLowerIndexesDoNotMatter(given, index);
        }

        var text = index == ulong.MaxValue ? "∞" : index.ToString(CultureInfo.InvariantCulture);
        return $"{given.Chart()}{text}\n";
    }

    private static void AssertLowerIndexesDoNotMatter(QuorumCase given, ulong committed)
    {
        foreach (var voter in given.Voters)
        {
            if (given.Known.TryGetIndex(voter, out var index) && index < committed)
            {
                var lower = given.With(voter, index - 1);
                var unknown = given.With(voter, 0);
                Assert.Equal(committed, MajorityQuorum.CommittedIndex(given.Voters, in lower));
                Assert.Equal(committed, MajorityQuorum.CommittedIndex(given.Voters, in unknown));
            }
        }
    }

    private static string Vote(QuorumCase given)
    {
        var known = given.Known;
        var result = JointQuorum.Result(Joint(given.Voters, given.Outgoing), in known);
        Assert.Equal(result, JointQuorum.Result(Joint(given.Outgoing, given.Voters), in known));
        if (!given.IsJoint)
        {
            Assert.Equal(result, MajorityQuorum.Result(given.Voters, in known));
            Assert.Equal(result, JointQuorum.Result(Joint(given.Voters, given.Voters), in known));
        }

        return $"Vote{result}\n";
    }

    private static Configuration Joint(ReplicaId[] voters, ReplicaId[] outgoing) =>
        new(
            voters,
            outgoing,
            [],
            [],
            autoLeave: false,
            voters.Union(outgoing).Select(replica => new Member(replica, default)),
            recoveryGeneration: 0);

    /// <summary>The table of this class.</summary>
    public sealed class Report() : ConformanceReport("quorum");
}
