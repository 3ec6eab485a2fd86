using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Etcd.Machine;

/// <summary>Makes the state machine of <see cref="EtcdGroup.Id"/>.</summary>
public sealed class EtcdMachineFactory : IStateMachineFactory
{
    private readonly EtcdMachineOptions _options;

    /// <summary>A factory for one store.</summary>
    public EtcdMachineFactory(EtcdMachineOptions options)
    {
        options.Validate();
        _options = options;
    }

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group) => new EtcdMachine(_options);

    /// <inheritdoc/>
    public void Delete(GroupId group)
    {
        // It lives in memory.
    }
}
