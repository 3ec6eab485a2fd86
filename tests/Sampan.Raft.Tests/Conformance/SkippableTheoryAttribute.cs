using Xunit.Sdk;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// A theory over conformance files whose cases may find out, while they run, that they do not apply
/// (<see cref="SkippedTestException"/>); skipped as a whole, with the reason, where there are no files.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
[XunitTestCaseDiscoverer("Sampan.Raft.Tests.Conformance.SkippableTheoryDiscoverer", "Sampan.Raft.Tests")]
public sealed class SkippableTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the theory if there are no files.</summary>
    public SkippableTheoryAttribute()
    {
        if (ConformanceFolder.Path is null)
        {
            Skip = ConformanceFolder.Absence;
        }
    }
}
