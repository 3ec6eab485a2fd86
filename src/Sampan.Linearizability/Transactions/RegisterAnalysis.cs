namespace Sampan.Linearizability.Transactions;

/// <summary>One check of registers: reads from outside, what is known of versions, dependencies, cycles.</summary>
internal sealed class RegisterAnalysis
{
    private readonly History<Transaction, Transaction> _history;
    private readonly TransactionCheckOptions _options;
    private readonly TransactionIndex _index;
    private readonly AnomalyList _anomalies;
    private readonly bool[] _hasHappened;
    private readonly DependencyGraph _graph;
    private readonly List<(int Transaction, int Key, long? Value)> _reads = [];

    // Readers by key and version, nil included.
    private readonly Dictionary<(int Key, long? Value), List<int>> _readers = [];

    // Who read a version and wrote the key, by key and version: there is one such, or an update was lost.
    private readonly Dictionary<(int Key, long? Value), int> _updaters = [];

    // The register as the transaction at hand must see it, by key.
    private readonly Dictionary<int, long?> _seen = [];

    public RegisterAnalysis(History<Transaction, Transaction> history, TransactionCheckOptions options)
    {
        _history = history;
        _options = options;
        _anomalies = new AnomalyList(options.AnomaliesMax);
        _index = new TransactionIndex(history.Operations, TransactionAction.Write);
        _hasHappened = new bool[history.Count];
        _graph = new DependencyGraph(history.Count, options.DependenciesMax);
    }

    public TransactionReport Report()
    {
        foreach (ref readonly var operation in _history.Operations)
        {
            if (operation.IsAnswered)
            {
                _hasHappened[operation.Id.Index] = true;
                CollectReads(operation);
            }
        }

        foreach (var (transaction, key, value) in _reads)
        {
            JudgeRead(transaction, key, value);
        }

        foreach (ref readonly var operation in _history.Operations)
        {
            if (_hasHappened[operation.Id.Index])
            {
                AddVersions(operation);
            }
        }

        TransactionOrders.AddTo(_graph, _history.Operations, _hasHappened);
        _graph.Freeze();
        var cycles = new CycleSearch(_graph, _options.CycleStepsMax);
        foreach (var cycle in cycles.FindAll())
        {
            _anomalies.Add(AnomalyText.OfCycle(cycle, _history.Operations, _index));
        }

        return new TransactionReport(_anomalies, !_graph.IsFull, cycles.IsExact);
    }

    private void CollectReads(in Operation<Transaction, Transaction> operation)
    {
        _seen.Clear();
        // An answered operation has an output.
        foreach (var step in operation.Output!.Steps)
        {
            var key = _index.NumberOf(step.Key);
            if (step.Action == TransactionAction.Write)
            {
                _seen[key] = step.Value;
            }
            else if (step.Action == TransactionAction.Read)
            {
                if (_seen.TryGetValue(key, out var expected))
                {
                    if (expected != step.Value)
                    {
                        _anomalies.Add(new Anomaly(
                            AnomalyKind.Internal,
                            $"the read of {step.Key} contradicts an earlier step of {AnomalyText.Of(operation)}"));
                    }
                }
                else
                {
                    _reads.Add((operation.Id.Index, key, step.Value));
                    _seen[key] = step.Value;
                }
            }
        }
    }

    private void JudgeRead(int reader, int key, long? value)
    {
        if (!_readers.TryGetValue((key, value), out var readers))
        {
            _readers[(key, value)] = readers = [];
        }

        readers.Add(reader);
        if (value is not { } version)
        {
            return;
        }

        if (!_index.TryGetWrite(key, version, out var write))
        {
            _anomalies.Add(new Anomaly(
                AnomalyKind.GarbageRead,
                $"{version} of {_index.NameOf(key)}, which nobody wrote:\n{AnomalyText.Of(_history[reader])}"));
            return;
        }

        var lines = $"\n{AnomalyText.Of(_history[reader])}\n{AnomalyText.Of(_history[write.Transaction])}";
        if (write.Outcome == OperationOutcome.Failed)
        {
            _anomalies.Add(new Anomaly(AnomalyKind.G1a, $"{version} of {_index.NameOf(key)} was undone:{lines}"));
            return;
        }

        _hasHappened[write.Transaction] = true;
        if (!write.IsLast && write.Transaction != reader)
        {
            _anomalies.Add(new Anomaly(
                AnomalyKind.G1b,
                $"{version} of {_index.NameOf(key)} is not its writer's last:{lines}"));
        }

        if (write.Transaction != reader)
        {
            _graph.Add(new Edge(write.Transaction, reader, DependencyKind.WriteRead, key, version));
        }
    }

    // Each last write of a key comes after what its transaction had read there, or else after nil.
    private void AddVersions(in Operation<Transaction, Transaction> operation)
    {
        _seen.Clear();
        var before = new Dictionary<int, long?>();
        foreach (var step in (operation.Output ?? operation.Input).Steps)
        {
            var key = _index.NumberOf(step.Key);
            if (step.Action == TransactionAction.Read && operation.IsAnswered && !_seen.ContainsKey(key))
            {
                before.TryAdd(key, step.Value);
            }
            else if (step.Action == TransactionAction.Write)
            {
                _seen[key] = step.Value;
            }
        }

        foreach (var (key, written) in _seen)
        {
            if (written is { } value)
            {
                var hasRead = before.TryGetValue(key, out var version);
                AddVersion(operation.Id.Index, key, version, value);
                if (hasRead && !_updaters.TryAdd((key, version), operation.Id.Index))
                {
                    AddLostUpdate(key, _updaters[(key, version)], operation);
                }
            }
        }
    }

    private void AddVersion(int writer, int key, long? before, long value)
    {
        if (before is { } version && _index.TryGetWrite(key, version, out var write)
            && write.Outcome != OperationOutcome.Failed && write.Transaction != writer)
        {
            _graph.Add(new Edge(write.Transaction, writer, DependencyKind.WriteWrite, key, value));
        }

        if (_readers.TryGetValue((key, before), out var readers))
        {
            foreach (var reader in readers)
            {
                if (reader != writer)
                {
                    _graph.Add(new Edge(reader, writer, DependencyKind.ReadWrite, key, value));
                }
            }
        }
    }

    // Whichever of the two came first, the other did not see it and yet overwrote it: a cycle with one anti-dependency,
    // even though the order of their versions is not known.
    private void AddLostUpdate(int key, int other, in Operation<Transaction, Transaction> operation) =>
        _anomalies.Add(new Anomaly(
            AnomalyKind.GSingle,
            $"a lost update: both read one version of {_index.NameOf(key)} and wrote another:"
                + $"\n{AnomalyText.Of(_history[other])}\n{AnomalyText.Of(operation)}"));
}
