using Sampan.Base;

namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Strongly connected components (Tarjan, "Depth-First Search and Linear Graph Algorithms", 1972), with a stack of its
/// own instead of recursion, since a history is deeper than a thread's stack. Every cycle lies within one.
/// Invariant: outside a search no node is on the stack, and <see cref="_lows"/> belongs to the last search.
/// </summary>
internal sealed class StrongComponents
{
    private readonly DependencyGraph _graph;
    private readonly int[] _numbers;
    private readonly int[] _lows;
    private readonly int[] _next;
    private readonly int[] _scope;
    private readonly bool[] _isOnStack;
    private readonly Stack<int> _open = new();
    private readonly Stack<int> _path = new();
    private int _number;
    private int _scopeNumber;

    public StrongComponents(DependencyGraph graph)
    {
        _graph = graph;
        _numbers = new int[graph.NodeCount];
        _lows = new int[graph.NodeCount];
        _next = new int[graph.NodeCount];
        _scope = new int[graph.NodeCount];
        _isOnStack = new bool[graph.NodeCount];
    }

    /// <summary>
    /// The components of more than one node, among those nodes and by edges of those kinds alone; each sorted.
    /// </summary>
    public List<int[]> Find(IReadOnlyList<int> nodes, DependencyKind kinds)
    {
        _scopeNumber++;
        foreach (var node in nodes)
        {
            _scope[node] = _scopeNumber;
            _numbers[node] = 0;
        }

        var components = new List<int[]>();
        foreach (var node in nodes)
        {
            if (_numbers[node] == 0)
            {
                Visit(node, kinds, components);
            }
        }

        Invariant.Holds(_open.Count == 0);
        return components;
    }

    private void Visit(int root, DependencyKind kinds, List<int[]> components)
    {
        Begin(root);
        while (_path.TryPeek(out var node))
        {
            var end = _graph.StartOf(node + 1);
            var child = -1;
            while (_next[node] < end && child < 0)
            {
                ref readonly var edge = ref _graph[_next[node]++];
                if ((edge.Kind & kinds) == DependencyKind.None || _scope[edge.To] != _scopeNumber)
                {
                    continue;
                }

                if (_numbers[edge.To] == 0)
                {
                    child = edge.To;
                }
                else if (_isOnStack[edge.To])
                {
                    _lows[node] = Math.Min(_lows[node], _numbers[edge.To]);
                }
            }

            if (child >= 0)
            {
                Begin(child);
                continue;
            }

            _path.Pop();
            if (_path.TryPeek(out var parent))
            {
                _lows[parent] = Math.Min(_lows[parent], _lows[node]);
            }

            if (_lows[node] == _numbers[node])
            {
                Close(node, components);
            }
        }
    }

    private void Begin(int node)
    {
        _numbers[node] = ++_number;
        _lows[node] = _number;
        _next[node] = _graph.StartOf(node);
        _isOnStack[node] = true;
        _open.Push(node);
        _path.Push(node);
    }

    private void Close(int root, List<int[]> components)
    {
        var members = new List<int>();
        int node;
        do
        {
            node = _open.Pop();
            _isOnStack[node] = false;
            members.Add(node);
        }
        while (node != root);

        if (members.Count > 1)
        {
            members.Sort();
            components.Add([.. members]);
        }
    }
}
