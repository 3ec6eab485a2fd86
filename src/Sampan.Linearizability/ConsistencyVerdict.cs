namespace Sampan.Linearizability;

/// <summary>The answer of a check that looks for violations rather than for an order.</summary>
public enum ConsistencyVerdict
{
    /// <summary>Nothing was found, but a bound was reached or the history shows too little.</summary>
    Unknown,

    /// <summary>Nothing was found, and everything was looked at.</summary>
    Holds,

    /// <summary>A violation was found; each is a proof.</summary>
    Violated,
}
