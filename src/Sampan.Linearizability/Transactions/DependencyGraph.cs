using System.Runtime.InteropServices;
using Sampan.Base;

namespace Sampan.Linearizability.Transactions;

/// <summary>
/// Which transaction must come before which, and why. Filled first, then sorted by source, then read. Invariant: no
/// edge leads from a transaction to itself.
/// </summary>
internal sealed class DependencyGraph(int nodeCount, int edgesMax)
{
    /// <summary>What transactions read and wrote.</summary>
    public const DependencyKind Data =
        DependencyKind.WriteWrite | DependencyKind.WriteRead | DependencyKind.ReadWrite;

    private readonly List<Edge> _edges = [];
    private Edge[] _sorted = [];
    private int[] _starts = [];

    public int NodeCount => nodeCount;

    /// <summary>Whether edges were refused because there were too many.</summary>
    public bool IsFull { get; private set; }

    public void Add(Edge edge)
    {
        Invariant.Holds(edge.From != edge.To);
        if (_edges.Count == edgesMax)
        {
            IsFull = true;
            return;
        }

        _edges.Add(edge);
    }

    /// <summary>Sorts the edges by their source; no more are added.</summary>
    public void Freeze()
    {
        _starts = new int[nodeCount + 1];
        foreach (ref readonly var edge in CollectionsMarshal.AsSpan(_edges))
        {
            _starts[edge.From + 1]++;
        }

        for (var node = 0; node < nodeCount; node++)
        {
            _starts[node + 1] += _starts[node];
        }

        _sorted = new Edge[_edges.Count];
        var next = _starts.AsSpan(0, nodeCount).ToArray();
        foreach (ref readonly var edge in CollectionsMarshal.AsSpan(_edges))
        {
            _sorted[next[edge.From]++] = edge;
        }

        _edges.Clear();
        _edges.TrimExcess();
    }

    /// <summary>Where the edges of a node start; those of the next one follow.</summary>
    public int StartOf(int node) => _starts[node];

    public ref readonly Edge this[int index] => ref _sorted[index];

    public ReadOnlySpan<Edge> From(int node) => _sorted.AsSpan(_starts[node].._starts[node + 1]);
}
