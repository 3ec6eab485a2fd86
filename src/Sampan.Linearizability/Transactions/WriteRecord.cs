namespace Sampan.Linearizability.Transactions;

/// <summary>A write: whose it is, what became of that, and whether it is the last one of its key there.</summary>
internal readonly record struct WriteRecord(int Transaction, OperationOutcome Outcome, bool IsLast);
