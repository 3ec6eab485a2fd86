namespace Sampan.Linearizability.Transactions;

/// <summary>What a step of a transaction does.</summary>
public enum TransactionAction
{
    /// <summary>Reads a register.</summary>
    Read,

    /// <summary>Reads a whole list.</summary>
    ReadList,

    /// <summary>Writes a register.</summary>
    Write,

    /// <summary>Adds one element to the end of a list.</summary>
    Append,
}
