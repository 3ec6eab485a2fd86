namespace Sampan.Linearizability.Transactions;

/// <summary>What went wrong, in the words of Adya (1999) and of Kingsbury and Alvaro (2020).</summary>
public enum AnomalyKind
{
    /// <summary>A cycle of write dependencies alone: writes of transactions are interleaved.</summary>
    G0,

    /// <summary>A read of what a failed transaction wrote.</summary>
    G1a,

    /// <summary>A read of what a transaction wrote and then overwrote.</summary>
    G1b,

    /// <summary>A cycle of write and read dependencies: transactions see each other.</summary>
    G1c,

    /// <summary>A cycle with exactly one anti-dependency, as in a lost update or a read skew.</summary>
    GSingle,

    /// <summary>A cycle with several anti-dependencies, no two of them in a row.</summary>
    GNonadjacent,

    /// <summary>A cycle with anti-dependencies in a row, as in a write skew.</summary>
    G2,

    /// <summary>A transaction does not see its own writes, or two of its reads disagree.</summary>
    Internal,

    /// <summary>Two reads of a list of which neither is the beginning of the other.</summary>
    IncompatibleOrder,

    /// <summary>A list holds an element twice.</summary>
    DuplicateElement,

    /// <summary>A read of what nobody wrote.</summary>
    GarbageRead,
}
