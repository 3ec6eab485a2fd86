using Xunit.Sdk;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// A test with one case a file of the given part; skipped, with the reason, where there are no files. A case may also
/// find out that it does not apply (<see cref="SkippedTestException"/>).
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Sampan.Raft.Tests.Conformance.ConformanceTheoryDiscoverer", "Sampan.Raft.Tests")]
public sealed class ConformanceTheoryAttribute : TheoryAttribute
{
    /// <summary>A test over the files of <paramref name="part"/>.</summary>
    public ConformanceTheoryAttribute(string part)
    {
        Part = part;
        Skip = ConformanceFolder.MissingReason(part);
    }

    /// <summary>The folder below that of all scenario files.</summary>
    public string Part { get; }
}
