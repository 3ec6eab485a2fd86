namespace Sampan.Linearizability.Transactions;

/// <summary>Anomalies as they are found: all counted, some described.</summary>
internal sealed class AnomalyList(int describedMax)
{
    private readonly List<Anomaly> _described = [];
    private readonly HashSet<ConsistencyLevel> _forbidden = [];

    public IReadOnlyList<Anomaly> Described => _described;

    public IReadOnlySet<ConsistencyLevel> Forbidden => _forbidden;

    public int Count { get; private set; }

    public void Add(Anomaly anomaly)
    {
        Count++;
        _forbidden.Add(anomaly.ForbiddenFrom);
        if (_described.Count < describedMax)
        {
            _described.Add(anomaly);
        }
    }
}
