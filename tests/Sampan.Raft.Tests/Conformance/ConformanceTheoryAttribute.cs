namespace Sampan.Raft.Tests.Conformance;

/// <summary>A theory over conformance files; skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the theory if there are no files.</summary>
    public ConformanceTheoryAttribute()
    {
        if (ConformanceFolder.Path is null)
        {
            Skip = ConformanceFolder.Absence;
        }
    }
}
