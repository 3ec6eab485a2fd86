namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Ends a <see cref="ScenarioTheoryAttribute"/> case that turned out not to apply; the message says why.
/// </summary>
public sealed class SkippedTestException : Exception
{
    /// <summary>Without a reason.</summary>
    public SkippedTestException()
    {
    }

    /// <summary>With the reason.</summary>
    public SkippedTestException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and what revealed it.</summary>
    public SkippedTestException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
