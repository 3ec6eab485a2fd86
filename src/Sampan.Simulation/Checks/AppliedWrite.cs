namespace Sampan.Simulation.Checks;

/// <summary>What a group's state machines applied at an index, and the hash of everything up to it.</summary>
internal readonly record struct AppliedWrite(ulong Term, ulong Key, ulong Value, ulong Hash);
