namespace Sampan.Linearizability.Transactions;

/// <summary>One dependency in a graph of transactions; the key by its number, -1 if there is none.</summary>
internal readonly record struct Edge(int From, int To, DependencyKind Kind, int Key, long Value);
