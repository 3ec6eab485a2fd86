namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Checks transactions that read and write registers, each value of a key being written once (Elle's rw-register). A
/// read tells who wrote its value, but not what came before it: the order of versions is known only in so far as nil
/// comes first, and where a transaction read a register before it wrote it. So it finds less than
/// <see cref="ListAppendChecker"/>; what it finds is a proof, provided the store installs versions of a register one
/// after the other.
/// </summary>
public static class RegisterTransactionChecker
{
    /// <summary>
    /// Checks a history whose steps are <see cref="TransactionAction.Write"/> and <see cref="TransactionAction.Read"/>,
    /// of registers that start as nil. A transaction without an answer counts as committed if any of its values was
    /// read.
    /// </summary>
    /// <exception cref="ArgumentException">A value was written twice to a key.</exception>
    public static TransactionReport Check(
        History<Transaction, Transaction> history,
        TransactionCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        options ??= new TransactionCheckOptions();
        options.Validate();
        var analysis = new RegisterAnalysis(history, options);
        return analysis.Report();
    }
}
