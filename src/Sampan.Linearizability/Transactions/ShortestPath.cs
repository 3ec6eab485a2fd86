using Sampan.Base;

namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Breadth-first searches within one strongly connected component, under a bound of followed edges for all of them.
/// Nodes are doubled: the odd one of a pair was reached by an anti-dependency, which only the non-adjacent search tells
/// apart.
/// </summary>
internal sealed class ShortestPath
{
    private readonly DependencyGraph _graph;
    private readonly int[] _knotOf;
    private readonly int[] _searchOf;
    private readonly int[] _edgeTo;
    private readonly int[] _distance;
    private readonly Queue<int> _open = new();
    private long _stepsLeft;
    private int _knot;
    private int _search;

    public ShortestPath(DependencyGraph graph, long stepsMax)
    {
        _graph = graph;
        _stepsLeft = stepsMax;
        _knotOf = new int[graph.NodeCount];
        _searchOf = new int[graph.NodeCount * 2];
        _edgeTo = new int[graph.NodeCount * 2];
        _distance = new int[graph.NodeCount * 2];
    }

    /// <summary>Whether searches were cut short.</summary>
    public bool IsOutOfSteps => _stepsLeft < 0;

    /// <summary>Searches stay within these nodes from now on.</summary>
    public void Enter(int[] knot)
    {
        _knot++;
        foreach (var node in knot)
        {
            _knotOf[node] = _knot;
        }
    }

    /// <summary>Whether a node is among those.</summary>
    public bool IsInside(int node) => _knotOf[node] == _knot;

    /// <summary>
    /// The shortest way from the end of the edge back to its start by those kinds, the edge before it; null if there is
    /// none that makes a cycle shorter than that.
    /// </summary>
    public List<Edge>? Close(in Edge edge, DependencyKind kinds, int lengthBelow) =>
        Search(edge, kinds, lengthBelow, isNonadjacent: false);

    /// <summary>The same, with no two anti-dependencies in a row all around.</summary>
    public List<Edge>? CloseNonadjacent(in Edge edge, DependencyKind kinds) =>
        Search(edge, kinds, int.MaxValue, isNonadjacent: true);

    /// <summary>Some cycle, found by one search whatever is left of the bound.</summary>
    public List<Edge> AnyCycle(int[] knot, DependencyKind kinds)
    {
        Enter(knot);
        var left = _stepsLeft;
        _stepsLeft = long.MaxValue;
        foreach (var edge in _graph.From(knot[0]))
        {
            if ((edge.Kind & kinds) != DependencyKind.None && IsInside(edge.To)
                && Search(edge, kinds, int.MaxValue, isNonadjacent: false) is { } cycle)
            {
                _stepsLeft = left;
                return cycle;
            }
        }

        Invariant.Unreachable("every node of a strongly connected component lies on a cycle");
        return [];
    }

    private List<Edge>? Search(in Edge first, DependencyKind kinds, int lengthBelow, bool isNonadjacent)
    {
        _search++;
        _open.Clear();
        Reach((first.To * 2) + (isNonadjacent ? 1 : 0), edge: -1, distance: 1);
        while (_stepsLeft >= 0 && _open.TryDequeue(out var at))
        {
            if (at == first.From * 2)
            {
                return Path(first, at);
            }

            if (_distance[at] + 1 >= lengthBelow)
            {
                return null;
            }

            var end = _graph.StartOf((at / 2) + 1);
            for (var i = _graph.StartOf(at / 2); i < end; i++)
            {
                ref readonly var edge = ref _graph[i];
                _stepsLeft--;
                var isAnti = isNonadjacent && edge.Kind == DependencyKind.ReadWrite;
                if ((edge.Kind & kinds) == DependencyKind.None || !IsInside(edge.To) || (isAnti && (at & 1) != 0))
                {
                    continue;
                }

                Reach((edge.To * 2) + (isAnti ? 1 : 0), i, _distance[at] + 1);
            }
        }

        return null;
    }

    private void Reach(int at, int edge, int distance)
    {
        if (_searchOf[at] != _search)
        {
            _searchOf[at] = _search;
            _edgeTo[at] = edge;
            _distance[at] = distance;
            _open.Enqueue(at);
        }
    }

    private List<Edge> Path(in Edge first, int at)
    {
        var path = new List<Edge>();
        while (_edgeTo[at] >= 0)
        {
            ref readonly var edge = ref _graph[_edgeTo[at]];
            path.Add(edge);
            at = Before(edge, at);
        }

        path.Add(first);
        path.Reverse();
        return path;
    }

    // The half of the source from which the edge was followed: the one that had been reached a step before.
    private int Before(in Edge edge, int at)
    {
        var even = edge.From * 2;
        var isEven = _searchOf[even] == _search && _distance[even] == _distance[at] - 1;
        return isEven ? even : even + 1;
    }
}
