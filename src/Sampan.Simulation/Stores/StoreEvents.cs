using Sampan.Model;
using Sampan.MultiRaft;
using Sampan.Raft.Events;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Stores;

/// <summary>Passes what happens in a store on to the checkers.</summary>
internal sealed class StoreEvents : IStoreEvents
{
    private readonly StoreId _store;
    private readonly IReadOnlyDictionary<GroupId, GroupChecker> _checkers;

    /// <summary>The ear of a store.</summary>
    public StoreEvents(StoreId store, IReadOnlyDictionary<GroupId, GroupChecker> checkers)
    {
        _store = store;
        _checkers = checkers;
    }

    /// <summary>What an operator would have read last.</summary>
    public string LastRemark { get; private set; } = string.Empty;

    /// <inheritdoc/>
    public void OnRaftEvent(GroupId group, RaftEvent happened) => _checkers[group].OnRaftEvent(_store, happened);

    /// <inheritdoc/>
    public void OnRemark(string remark) => LastRemark = remark;
}
