using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.Raft.Events;
using Sampan.Simulation.Checks;
using Sampan.Testing.Workers;

namespace Sampan.Simulation.Stores;

/// <summary>Passes what happens in a store on to the checkers.</summary>
internal sealed class StoreEvents : IStoreEvents
{
    private readonly IReadOnlyDictionary<GroupId, GroupChecker> _checkers;
    private readonly StoreId _store;
    private readonly StoreImage _image;
    private readonly SimulatedProcess _process;
    private readonly SimulationTrace _trace;

    /// <summary>The ear of a life of a store.</summary>
    public StoreEvents(
        SimulationWorld world, StoreId store, StoreImage image, SimulatedProcess process)
    {
        _checkers = world.Checkers;
        _trace = world.Trace;
        _store = store;
        _image = image;
        _process = process;
    }

    /// <summary>What an operator would have read last.</summary>
    public string LastRemark { get; private set; } = string.Empty;

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened)
    {
        _trace.Add(_store, $"group {group}", happened);
        _checkers[group].Happened(_image, _store, happened, _process.Now);
    }

    /// <inheritdoc/>
    public void OnRemark(string remark)
    {
        _trace.Add(_store, "remarks", remark);
        LastRemark = remark;
    }
}
