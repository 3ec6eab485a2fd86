using Sampan.Simulation.Stores;

namespace Sampan.Simulation.Faults;

/// <summary>A change of members that was asked for: until it has an answer, or its store died, it may come.</summary>
internal readonly record struct OpenChange(SimulatedStore Store, ulong Life, Task Task)
{
    /// <summary>Whether it may still come.</summary>
    public bool IsOpen => !Task.IsCompleted && Store.IsUp && Store.Life == Life;
}
