using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Tests.LostMajority;

/// <summary>What connects two stores: one stream at a time.</summary>
internal sealed class ScenarioLink(StoreId first, StoreId second)
{
    /// <summary>The store with the smaller id.</summary>
    public StoreId First { get; } = first;

    /// <summary>The other one.</summary>
    public StoreId Second { get; } = second;

    /// <summary>Rises whenever what was under way is void.</summary>
    public ulong Epoch { get; set; }

    /// <summary>Whether a stream is open.</summary>
    public bool IsOpen { get; set; }

    /// <summary>Whether one is being opened.</summary>
    public bool IsConnecting { get; set; }

    /// <summary>Whether nothing can pass.</summary>
    public bool IsParted { get; set; }

    /// <summary>How many ends have accepted the stream that is being opened.</summary>
    public int Accepted { get; set; }

    /// <summary>The stream as the first and the second store know it.</summary>
    public StoreConnection[] Connections { get; } = new StoreConnection[2];

    /// <summary>What goes to the first and to the second store arrives in its order.</summary>
    public ArrivalOrder[] Orders { get; } = [new(), new()];

    /// <summary>The end of a store: 0 or 1.</summary>
    public int EndOf(StoreId store) => store == First ? 0 : 1;
}
