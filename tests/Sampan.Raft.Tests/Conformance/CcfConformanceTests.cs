using Sampan.Base;
using Sampan.Raft.Tests.Fixture;
using Xunit.Abstractions;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>Scripted clusters of another Raft with assertions on each node's state, one test a file.</summary>
public sealed class CcfConformanceTests : IClassFixture<CcfReport>
{
    private const string Part = "ccf-raft/scenarios";

    private readonly CcfReport _report;
    private readonly ITestOutputHelper _output;

    /// <summary>Made by the test runner.</summary>
    public CcfConformanceTests(CcfReport report, ITestOutputHelper output)
    {
        _report = report;
        _output = output;
    }

    /// <summary>All files, by name.</summary>
    public static TheoryData<string> Files => ConformanceFolder.Files(Part, "*");

    [ScenarioTheory(Part)]
    [MemberData(nameof(Files))]
    public void CcfConformance(string file)
    {
        var script = CcfScript.Parse(ConformanceFolder.ReadText(Part, file));
        var reason = Run(file, script, CcfPacing.Ours);
        if (reason is null || Run(file, script, CcfPacing.AppendsAtPeriods) is null
            || Run(file, script, CcfPacing.LeavesAtPeriods) is null)
        {
            return;
        }

        Note(file, $"SKIPPED: {reason}");
        throw new SkippedTestException(reason);
    }

    /// <summary>
    /// Runs it once; returns why it does not apply, or null if all of it did and held. Whatever the pacing, what breaks
    /// a property of the protocol fails the test.
    /// </summary>
    private string? Run(string file, CcfScript script, CcfPacing pacing)
    {
        var runner = new CcfRunner(script, pacing);
        try
        {
            runner.Run();
        }
        catch (InvariantViolationException violation)
        {
            Note(file, $"FAILED: {violation.Message}");
            runner.Trace.Fail(violation.ToString());
        }
        catch (CheckFailedException failure)
        {
            Note(file, $"FAILED: {failure.Message.Split('\n')[0]}");
            throw;
        }
        catch (CcfUnmetException unmet)
        {
            return Judge(file, unmet, runner, pacing);
        }

        Note(file, $"passed, {runner.Passed} assertions, {runner.Skipped} on CCF's retirement skipped; "
            + $"{runner.Delayed} entries waited for an earlier change; pacing {pacing}");
        return null;
    }

    private string Judge(string file, CcfUnmetException unmet, CcfRunner runner, CcfPacing pacing)
    {
        var story = $"{unmet.Message} after {runner.Passed} assertions";
        if (pacing == CcfPacing.Ours && runner.Divergence is null)
        {
            Note(file, $"FAILED: {story}");
            runner.Trace.Fail(story);
        }

        return $"{runner.Divergence}; so {story}";
    }

    private void Note(string file, string outcome)
    {
        _report.Add(file, outcome);
        _output.WriteLine($"{outcome} (indexes are counted without the entries that CCF does not have)");
    }
}
