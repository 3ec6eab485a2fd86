namespace Sampan.Linearizability.Search;

/// <summary>How a search ended.</summary>
internal enum SearchEnd
{
    /// <summary>It has not.</summary>
    None,

    /// <summary>All required operations are placed.</summary>
    Found,

    /// <summary>Every configuration was tried.</summary>
    Exhausted,

    /// <summary>The steps of this round are used up; more may help.</summary>
    OutOfSteps,

    /// <summary>The cache is full.</summary>
    OutOfMemory,

    /// <summary>The caller wants no more.</summary>
    GivenUp,
}
