namespace Sampan.Linearizability.Transactions;

/// <summary>
/// A version of a list that a transaction read: the first elements of an array, its own appends left out.
/// </summary>
internal readonly record struct ListRead(int Transaction, TransactionStep Step, int Length)
{
    public ReadOnlySpan<long> Elements => Step.ElementSpan[..Length];
}
