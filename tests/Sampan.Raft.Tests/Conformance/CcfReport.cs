namespace Sampan.Raft.Tests.Conformance;

/// <summary>What the CCF scenarios came to: artifacts/conformance/ccf.txt.</summary>
public sealed class CcfReport : ConformanceReport
{
    /// <summary>An empty report.</summary>
    public CcfReport()
        : base("ccf")
    {
    }
}
