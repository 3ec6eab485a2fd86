namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Names the cycles of a graph of transactions (Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from
/// Experimental Observations", 2020, section 6). Of each knot, a strongly connected component, it gives one cycle: the
/// shortest of the weakest name, since whatever allows less forbids that one too. A knot that needs real time is only
/// named so if it holds no knot without.
/// </summary>
internal sealed class CycleSearch
{
    private const DependencyKind Versions = DependencyKind.WriteWrite | DependencyKind.WriteRead;

    private readonly DependencyGraph _graph;
    private readonly StrongComponents _components;
    private readonly ShortestPath _paths;

    public CycleSearch(DependencyGraph graph, long stepsMax)
    {
        _graph = graph;
        _components = new StrongComponents(graph);
        _paths = new ShortestPath(graph, stepsMax);
    }

    /// <summary>Whether the bound on steps never got in the way.</summary>
    public bool IsExact { get; private set; } = true;

    /// <summary>One cycle of each knot.</summary>
    public List<FoundCycle> FindAll()
    {
        var found = new List<FoundCycle>();
        var all = Enumerable.Range(0, _graph.NodeCount).ToArray();
        FindWithin(all, CycleOrder.RealTime, found);
        return found;
    }

    // Looks first for knots that need less; true if there are any in these nodes.
    private bool FindWithin(int[] nodes, CycleOrder order, List<FoundCycle> found)
    {
        var knots = _components.Find(nodes, DependencyGraph.Data | KindsOf(order));
        foreach (var knot in knots)
        {
            if (order == CycleOrder.Data || !FindWithin(knot, order - 1, found))
            {
                found.Add(Name(knot, order));
            }
        }

        return knots.Count > 0;
    }

    private FoundCycle Name(int[] knot, CycleOrder order)
    {
        var extra = KindsOf(order);
        if (ShortestIn(knot, DependencyKind.WriteWrite | extra, DependencyKind.WriteWrite) is { } dirtyWrite)
        {
            return new FoundCycle(AnomalyKind.G0, order, dirtyWrite);
        }

        if (ShortestIn(knot, Versions | extra, DependencyKind.WriteRead) is { } circular)
        {
            return new FoundCycle(AnomalyKind.G1c, order, circular);
        }

        if (ShortestThrough(knot, Versions | extra, DependencyKind.ReadWrite) is { } single)
        {
            return new FoundCycle(AnomalyKind.GSingle, order, single);
        }

        if (ShortestNonadjacent(knot, DependencyGraph.Data | extra) is { } nonadjacent)
        {
            return new FoundCycle(AnomalyKind.GNonadjacent, order, nonadjacent);
        }

        // What is left is a G2, or the bound was reached: then any cycle will do, named after what it has.
        var cycle = ShortestThrough(knot, DependencyGraph.Data | extra, DependencyKind.ReadWrite)
            ?? _paths.AnyCycle(knot, DependencyGraph.Data | extra);
        var kind = cycle.Count(edge => edge.Kind == DependencyKind.ReadWrite) switch
        {
            0 => cycle.Exists(edge => edge.Kind == DependencyKind.WriteRead) ? AnomalyKind.G1c : AnomalyKind.G0,
            1 => AnomalyKind.GSingle,
            _ => AnomalyKind.G2,
        };
        return new FoundCycle(kind, order, cycle);
    }

    // The shortest cycle by those kinds with an edge of that kind; only knots that these kinds alone tie are looked at.
    private List<Edge>? ShortestIn(int[] knot, DependencyKind kinds, DependencyKind through)
    {
        List<Edge>? best = null;
        foreach (var smaller in _components.Find(knot, kinds))
        {
            best = Shorter(best, ShortestThrough(smaller, kinds, through));
        }

        return best;
    }

    // The shortest cycle of one edge of that kind and otherwise edges of those.
    private List<Edge>? ShortestThrough(int[] knot, DependencyKind kinds, DependencyKind through)
    {
        _paths.Enter(knot);
        List<Edge>? best = null;
        foreach (var node in knot)
        {
            foreach (var edge in _graph.From(node))
            {
                if (edge.Kind == through && _paths.IsInside(edge.To) && (best is null || best.Count > 2))
                {
                    best = Shorter(best, _paths.Close(edge, kinds, best?.Count ?? int.MaxValue));
                }
            }
        }

        IsExact &= !_paths.IsOutOfSteps;
        return best;
    }

    private List<Edge>? ShortestNonadjacent(int[] knot, DependencyKind kinds)
    {
        _paths.Enter(knot);
        List<Edge>? best = null;
        foreach (var node in knot)
        {
            foreach (var edge in _graph.From(node))
            {
                if (edge.Kind == DependencyKind.ReadWrite && _paths.IsInside(edge.To))
                {
                    best = Shorter(best, _paths.CloseNonadjacent(edge, kinds));
                }
            }
        }

        IsExact &= !_paths.IsOutOfSteps;
        return best;
    }

    private static List<Edge>? Shorter(List<Edge>? left, List<Edge>? right) =>
        left is null || (right is not null && right.Count < left.Count) ? right : left;

    private static DependencyKind KindsOf(CycleOrder order) => order switch
    {
        CycleOrder.RealTime => DependencyKind.RealTime | DependencyKind.Process,
        CycleOrder.Process => DependencyKind.Process,
        _ => DependencyKind.None,
    };
}
