using Xunit.Sdk;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// A test with one case a file of the given part; skipped, with the reason, where there are no files. A case may also
/// find out that it does not apply (<see cref="SkippedTestException"/>).
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Sampan.Raft.Tests.Conformance.ScenarioTheoryDiscoverer", "Sampan.Raft.Tests")]
public sealed class ScenarioTheoryAttribute : TheoryAttribute
{
    /// <summary>A test over the files of <paramref name="part"/>.</summary>
    public ScenarioTheoryAttribute(string part)
    {
        Part = part;
        Skip = ConformanceFolder.Path is null ? ConformanceFolder.Absence : null;
    }

    /// <summary>The folder below that of all scenario files.</summary>
    public string Part { get; }
}
