using System.Runtime.InteropServices;
using Sampan.Base;

namespace Sampan.Linearizability.Transactions;

/// <summary>
/// One check of lists, in passes: what each transaction read from outside itself; the order of each list, which is its
/// longest read; single reads that are wrong by themselves; dependencies; cycles.
/// </summary>
internal sealed class ListAppendAnalysis
{
    private readonly History<Transaction, Transaction> _history;
    private readonly TransactionCheckOptions _options;
    private readonly TransactionIndex _index;
    private readonly AnomalyList _anomalies;
    private readonly bool[] _hasHappened;
    private readonly List<ListRead>[] _reads;
    private readonly List<ListRead> _orders = [];
    private readonly DependencyGraph _graph;

    // Who appended each element of the list at hand, in the order of the list; -1 for nobody who counts.
    private readonly List<int> _writers = [];

    // The appends of the transaction at hand, by key.
    private readonly Dictionary<int, List<long>> _ownAppends = [];
    private readonly Dictionary<int, ListRead> _ownReads = [];

    public ListAppendAnalysis(History<Transaction, Transaction> history, TransactionCheckOptions options)
    {
        _history = history;
        _options = options;
        _anomalies = new AnomalyList(options.AnomaliesMax);
        _index = new TransactionIndex(history.Operations, TransactionAction.Append);
        _hasHappened = new bool[history.Count];
        _graph = new DependencyGraph(history.Count, options.DependenciesMax);
        foreach (var operation in history.Operations)
        {
            // Keys that are only read get their numbers here, so that there is a list of reads for each.
            foreach (var step in (operation.Output ?? operation.Input).Steps)
            {
                _index.NumberOf(step.Key);
            }
        }

        _reads = new List<ListRead>[_index.KeyCount];
        for (var key = 0; key < _reads.Length; key++)
        {
            _reads[key] = [];
        }
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

        for (var key = 0; key < _reads.Length; key++)
        {
            FindOrder(key);
        }

        var unobserved = CollectUnobserved();
        for (var key = 0; key < _reads.Length; key++)
        {
            AddDependencies(key, unobserved[key]);
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

    // What a transaction read before its own appends; that it sees these is checked here.
    private void CollectReads(in Operation<Transaction, Transaction> operation)
    {
        _ownAppends.Clear();
        _ownReads.Clear();
        // An answered operation has an output.
        foreach (var step in operation.Output!.Steps)
        {
            var key = _index.NumberOf(step.Key);
            if (step.Action == TransactionAction.Append)
            {
                ref var appends = ref CollectionsMarshal.GetValueRefOrAddDefault(_ownAppends, key, out _);
                appends ??= [];
                appends.Add(step.Value ?? 0);
            }
            else if (step.Action == TransactionAction.ReadList)
            {
                CollectRead(operation, step, key);
            }
        }

        foreach (var (key, read) in _ownReads)
        {
            _reads[key].Add(read);
        }
    }

    private void CollectRead(in Operation<Transaction, Transaction> operation, TransactionStep step, int key)
    {
        var own = _ownAppends.TryGetValue(key, out var appends) ? CollectionsMarshal.AsSpan(appends) : [];
        var read = new ListRead(operation.Id.Index, step, Math.Max(0, step.ElementSpan.Length - own.Length));
        var isConsistent = step.ElementSpan.EndsWith(own);
        if (_ownReads.TryGetValue(key, out var before))
        {
            isConsistent &= read.Elements.SequenceEqual(before.Elements);
        }

        if (isConsistent)
        {
            _ownReads[key] = read;
        }
        else
        {
            _anomalies.Add(new Anomaly(
                AnomalyKind.Internal,
                $"the read of {step.Key} contradicts an earlier step of {AnomalyText.Of(operation)}"));
        }
    }

    // The longest read is the order of the versions; every other one must be a beginning of it.
    private void FindOrder(int key)
    {
        var longest = default(ListRead);
        foreach (var read in _reads[key])
        {
            // Own appends count: the transaction happened, so they are where it saw them.
            var whole = read with { Length = read.Step.ElementSpan.Length };
            longest = longest.Step is null || whole.Length > longest.Length ? whole : longest;
        }

        _orders.Add(longest);
        if (longest.Step is null)
        {
            return;
        }

        foreach (var element in longest.Elements)
        {
            if (_index.TryGetWrite(key, element, out var write) && write.Outcome != OperationOutcome.Failed)
            {
                _hasHappened[write.Transaction] = true;
            }
        }

        JudgeElements(key, longest);
        foreach (var read in _reads[key])
        {
            if (!longest.Elements.StartsWith(read.Elements))
            {
                _anomalies.Add(new Anomaly(
                    AnomalyKind.IncompatibleOrder,
                    $"reads of {_index.NameOf(key)} disagree about its order:"
                    + Lines(longest.Transaction, read.Transaction)));
                JudgeElements(key, read);
            }

            JudgeLast(key, read);
        }
    }

    // Elements that nobody or a failed transaction appended, or that are there twice. One finding a key and kind is
    // enough.
    private void JudgeElements(int key, in ListRead read)
    {
        var seen = new HashSet<long>();
        var reported = new HashSet<AnomalyKind>();
        foreach (var element in read.Elements)
        {
            var isWritten = _index.TryGetWrite(key, element, out var write);
            var wasUndone = isWritten && write.Outcome == OperationOutcome.Failed;
            AnomalyKind? kind = !seen.Add(element)
                ? AnomalyKind.DuplicateElement
                : !isWritten ? AnomalyKind.GarbageRead
                : wasUndone ? AnomalyKind.G1a : null;
            if (kind is { } found && reported.Add(found))
            {
                var writer = wasUndone ? write.Transaction : read.Transaction;
                _anomalies.Add(new Anomaly(
                    found,
                    $"{element} in a read of {_index.NameOf(key)}:{Lines(read.Transaction, writer)}"));
            }
        }
    }

    // A version in the middle of a transaction's appends.
    private void JudgeLast(int key, in ListRead read)
    {
        if (read.Length > 0 && _index.TryGetWrite(key, read.Elements[^1], out var write) && !write.IsLast
            && write.Transaction != read.Transaction && write.Outcome != OperationOutcome.Failed)
        {
            _anomalies.Add(new Anomaly(
                AnomalyKind.G1b,
                $"{read.Elements[^1]} of {_index.NameOf(key)} was read and is not its writer's last:"
                    + Lines(read.Transaction, write.Transaction)));
        }
    }

    // By key, the first element of each transaction that happened and whose appends no read shows. They come after all
    // that was read, in an order that is not known. An unanswered one happened if any of its elements was read.
    private List<(int Transaction, long Element)>[] CollectUnobserved()
    {
        var observed = new HashSet<long>[_reads.Length];
        var unobserved = new List<(int Transaction, long Element)>[_reads.Length];
        for (var key = 0; key < _reads.Length; key++)
        {
            observed[key] = _orders[key].Step is null ? [] : [.. _orders[key].Elements];
            unobserved[key] = [];
        }

        foreach (ref readonly var operation in _history.Operations)
        {
            if (!_hasHappened[operation.Id.Index])
            {
                continue;
            }

            foreach (var step in operation.Input.Steps)
            {
                var key = _index.NumberOf(step.Key);
                if (step.Action == TransactionAction.Append && !observed[key].Contains(step.Value ?? 0)
                    && !(unobserved[key] is [.., var last] && last.Transaction == operation.Id.Index))
                {
                    unobserved[key].Add((operation.Id.Index, step.Value ?? 0));
                }
            }
        }

        return unobserved;
    }

    private void AddDependencies(int key, List<(int Transaction, long Element)> unobserved)
    {
        var order = _orders[key];
        ReadOnlySpan<long> elements = order.Step is null ? [] : order.Elements;
        _writers.Clear();
        var previous = -1;
        foreach (var element in elements)
        {
            var counts = _index.TryGetWrite(key, element, out var write) && write.Outcome != OperationOutcome.Failed;
            var writer = counts ? write.Transaction : -1;
            _writers.Add(writer);
            AddUnlessSame(previous, writer, DependencyKind.WriteWrite, key, element);
            previous = writer >= 0 ? writer : previous;
        }

        foreach (var (transaction, element) in unobserved)
        {
            AddUnlessSame(previous, transaction, DependencyKind.WriteWrite, key, element);
        }

        foreach (var read in _reads[key])
        {
            if (!elements.StartsWith(read.Elements))
            {
                continue;
            }

            AddOfRead(key, read, elements, unobserved);
            if (CollectionsMarshal.AsSpan(_writers)[..read.Length].Contains(read.Transaction))
            {
                _anomalies.Add(new Anomaly(
                    AnomalyKind.Internal,
                    $"a read of {_index.NameOf(key)} shows what is only appended after it:{Lines(read.Transaction)}"));
            }
        }
    }

    private void AddOfRead(
        int key,
        in ListRead read,
        ReadOnlySpan<long> order,
        List<(int Transaction, long Element)> unobserved)
    {
        var last = read.Length - 1;
        while (last >= 0 && _writers[last] < 0)
        {
            last--;
        }

        if (last >= 0)
        {
            AddUnlessSame(_writers[last], read.Transaction, DependencyKind.WriteRead, key, order[last]);
        }

        var next = read.Length;
        while (next < _writers.Count && _writers[next] < 0)
        {
            next++;
        }

        if (next < _writers.Count)
        {
            // If the next version is the reader's own, those after it follow from the order of writes.
            AddUnlessSame(read.Transaction, _writers[next], DependencyKind.ReadWrite, key, order[next]);
            return;
        }

        foreach (var (transaction, element) in unobserved)
        {
            AddUnlessSame(read.Transaction, transaction, DependencyKind.ReadWrite, key, element);
        }
    }

    private void AddUnlessSame(int from, int to, DependencyKind kind, int key, long value)
    {
        Invariant.Holds(key >= 0);
        if (from >= 0 && to >= 0 && from != to)
        {
            _graph.Add(new Edge(from, to, kind, key, value));
        }
    }

    private string Lines(params ReadOnlySpan<int> transactions)
    {
        var lines = new List<string>();
        foreach (var transaction in transactions)
        {
            lines.Add(AnomalyText.Of(_history[transaction]));
        }

        return "\n" + string.Join('\n', lines.Distinct(StringComparer.Ordinal));
    }
}
