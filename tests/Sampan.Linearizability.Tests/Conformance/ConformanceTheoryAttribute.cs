namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>A theory over histories of other projects; skipped, with the reason, where they are absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ConformanceTheoryAttribute : TheoryAttribute
{
    /// <summary>Skips the theory if there are no files.</summary>
    public ConformanceTheoryAttribute()
    {
        if (ConformanceFolder.Histories is null)
        {
            Skip = ConformanceFolder.Absence;
        }
    }
}
