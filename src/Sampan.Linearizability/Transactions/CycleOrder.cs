namespace Sampan.Linearizability.Transactions;

/// <summary>Which order, beyond what transactions read and wrote, a cycle needs.</summary>
public enum CycleOrder
{
    /// <summary>None.</summary>
    Data,

    /// <summary>The order in which a process ran its transactions.</summary>
    Process,

    /// <summary>Real time: one returned before another was invoked.</summary>
    RealTime,
}
