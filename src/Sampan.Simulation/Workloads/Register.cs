namespace Sampan.Simulation.Workloads;

/// <summary>A register: its value, and the index of the write that gave it.</summary>
internal readonly record struct Register(ulong Key, ulong Value, ulong Index);
