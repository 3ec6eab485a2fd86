namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>A value and the entry that brought it.</summary>
internal readonly record struct HistoryPlace(ulong Index, ulong Term, ulong Value);
