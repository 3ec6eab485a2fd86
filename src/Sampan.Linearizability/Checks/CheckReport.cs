namespace Sampan.Linearizability.Checks;

/// <summary>What a check of one property found.</summary>
public sealed class CheckReport
{
    private const int FindingsMax = 100;

    private readonly List<Finding> _findings = [];

    internal CheckReport()
    {
    }

    /// <summary>
    /// <see cref="ConsistencyVerdict.Unknown"/> where the history lacks what the check needs, such as a single answered
    /// read.
    /// </summary>
    public ConsistencyVerdict Verdict => Count > 0 ? ConsistencyVerdict.Violated
        : IsTelling ? ConsistencyVerdict.Holds : ConsistencyVerdict.Unknown;

    /// <summary>The first hundred violations.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>Whether the history held something to judge.</summary>
    internal bool IsTelling { get; set; }

    internal void Add(OperationId operation, string text)
    {
        Count++;
        if (_findings.Count < FindingsMax)
        {
            _findings.Add(new Finding(operation, text));
        }
    }
}
