namespace Sampan.Linearizability;

/// <summary>The answer of a check.</summary>
public enum Verdict
{
    /// <summary>
    /// A bound was reached before there was an answer. To be counted as a failure of the test's design.
    /// </summary>
    Unknown,

    /// <summary>There is an order that explains all answers and respects real time.</summary>
    Linearizable,

    /// <summary>There is none.</summary>
    NotLinearizable,
}
