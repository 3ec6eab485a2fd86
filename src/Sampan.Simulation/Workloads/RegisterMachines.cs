using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Workloads;

/// <summary>Makes the state machines of one life of a store, and remembers them.</summary>
internal sealed class RegisterMachines : IStateMachineFactory
{
    private readonly StoreId _store;
    private readonly IReadOnlyDictionary<GroupId, GroupChecker> _checkers;
    private readonly SortedDictionary<GroupId, RegisterMachine> _machines = [];

    /// <summary>A factory for a store.</summary>
    public RegisterMachines(StoreId store, IReadOnlyDictionary<GroupId, GroupChecker> checkers)
    {
        _store = store;
        _checkers = checkers;
    }

    /// <summary>The machine of a group; null if it has none here.</summary>
    public RegisterMachine? Find(GroupId group) => _machines.GetValueOrDefault(group);

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group)
    {
        var machine = new RegisterMachine(_store, _checkers[group]);
        _machines[group] = machine;
        return machine;
    }
}
