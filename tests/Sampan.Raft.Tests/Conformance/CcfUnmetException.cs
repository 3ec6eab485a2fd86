namespace Sampan.Raft.Tests.Conformance;

/// <summary>What a scenario states does not hold.</summary>
public sealed class CcfUnmetException : Exception
{
    /// <summary>Without a reason.</summary>
    public CcfUnmetException()
    {
    }

    /// <summary>With the line, and what was found instead.</summary>
    public CcfUnmetException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and what revealed it.</summary>
    public CcfUnmetException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
