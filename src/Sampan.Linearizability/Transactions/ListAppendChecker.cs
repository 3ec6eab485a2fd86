namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Checks transactions that append unique elements to lists and read whole lists (Kingsbury and Alvaro, "Elle:
/// Inferring Isolation Anomalies from Experimental Observations", VLDB 2020). A read tells the whole order of a list's
/// versions so far; from that follows which transaction comes before which, and any cycle is a violation (Adya 1999).
/// Sound: each anomaly is a proof. Complete up to what was read: rotate keys and read often.
/// <para>
/// Time and memory are linear in the sizes of the transactions and of what they read, plus the bounded search for short
/// cycles. Synchronous, deterministic, on the caller's thread.
/// </para>
/// </summary>
public static class ListAppendChecker
{
    /// <summary>
    /// Checks a history whose steps are <see cref="TransactionAction.Append"/> and
    /// <see cref="TransactionAction.ReadList"/>. A transaction without an answer counts as committed if any of its
    /// elements was read.
    /// </summary>
    /// <exception cref="ArgumentException">An element was appended twice to a key, so it tells nothing.</exception>
    public static TransactionReport Check(
        History<Transaction, Transaction> history,
        TransactionCheckOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(history);
        options ??= new TransactionCheckOptions();
        options.Validate();
        var analysis = new ListAppendAnalysis(history, options);
        return analysis.Report();
    }
}
