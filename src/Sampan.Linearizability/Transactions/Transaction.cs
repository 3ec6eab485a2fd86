namespace Sampan.Linearizability.Transactions;

/// <summary>
/// The steps of a transaction, in their order. In a history of transactions the input holds what was asked, its reads
/// without values; the output holds the same steps with what they read.
/// </summary>
public sealed class Transaction
{
    /// <summary>A transaction of these steps.</summary>
    public Transaction(params IEnumerable<TransactionStep> steps) => Steps = [.. steps];

    /// <summary>The steps.</summary>
    public IReadOnlyList<TransactionStep> Steps { get; }

    /// <inheritdoc/>
    public override string ToString() => $"[{string.Join(", ", Steps)}]";
}
