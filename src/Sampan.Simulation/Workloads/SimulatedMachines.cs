using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Workloads;

/// <summary>Makes the state machines of one life of a store, and remembers them.</summary>
internal sealed class SimulatedMachines : IStateMachineFactory
{
    private readonly StoreId _store;
    private readonly SimulatedWorkload _workload;
    private readonly MachineUnderTest? _tested;
    private readonly IStateMachineFactory? _users;
    private readonly IReadOnlyDictionary<GroupId, GroupChecker> _checkers;
    private readonly SortedDictionary<GroupId, ISimulatedMachine> _machines = [];

    /// <summary>A factory for a store.</summary>
    public SimulatedMachines(
        StoreId store,
        SimulatedWorkload workload,
        MachineUnderTest? tested,
        IReadOnlyDictionary<GroupId, GroupChecker> checkers)
    {
        _store = store;
        _workload = workload;
        _tested = tested;
        _users = tested?.Machines();
        _checkers = checkers;
    }

    /// <summary>The machine of a group; null if it has none here.</summary>
    public ISimulatedMachine? Find(GroupId group) => _machines.GetValueOrDefault(group);

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group)
    {
        ISimulatedMachine machine = _users is not null && _tested is not null
            ? new CheckedMachine(_store, _checkers[group], _users.Create(group), _tested.CompareEvery)
            : _workload == SimulatedWorkload.Etcd
            ? new EtcdRegisterMachine(_store, group, _checkers[group].Applies)
            : new RegisterMachine(_store, _checkers[group].Applies);
        _machines[group] = machine;
        return machine;
    }

    /// <inheritdoc/>
    public void Delete(GroupId group)
    {
        _machines.Remove(group);
        _users?.Delete(group);
    }
}
