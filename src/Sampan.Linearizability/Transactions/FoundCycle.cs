namespace Sampan.Linearizability.Transactions;

/// <summary>A cycle with its name.</summary>
internal sealed record FoundCycle(AnomalyKind Kind, CycleOrder Order, IReadOnlyList<Edge> Edges);
