namespace Sampan.Linearizability.Transactions;

/// <summary>What a check of transactions found.</summary>
public sealed class TransactionReport
{
    internal TransactionReport(AnomalyList anomalies, bool isComplete, bool areCyclesExact)
    {
        Anomalies = anomalies.Described;
        AnomalyCount = anomalies.Count;
        Forbidden = anomalies.Forbidden;
        IsComplete = isComplete;
        AreCyclesExact = areCyclesExact;
    }

    /// <summary>The anomalies, as many as the options allow: first those of single reads, then cycles.</summary>
    public IReadOnlyList<Anomaly> Anomalies { get; }

    /// <summary>How many there are. Of each knot of cycles one counts, with the weakest name.</summary>
    public int AnomalyCount { get; }

    /// <summary>Whether all dependencies were looked at.</summary>
    public bool IsComplete { get; }

    /// <summary>Whether every cycle has its weakest name; false once <c>CycleStepsMax</c> was reached.</summary>
    public bool AreCyclesExact { get; }

    private IReadOnlySet<ConsistencyLevel> Forbidden { get; }

    /// <summary>
    /// Whether the history is what that level allows. <see cref="ConsistencyVerdict.Holds"/> means that nothing in it
    /// contradicts the level; what transactions did not read cannot show.
    /// </summary>
    public ConsistencyVerdict VerdictAt(ConsistencyLevel level)
    {
        if (Forbidden.Any(forbidden => forbidden <= level))
        {
            return ConsistencyVerdict.Violated;
        }

        var mayBeMisnamed = !AreCyclesExact && Forbidden.Count > 0;
        return IsComplete && !mayBeMisnamed ? ConsistencyVerdict.Holds : ConsistencyVerdict.Unknown;
    }
}
