using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace SimulatedMachine;

/// <summary>Makes caches.</summary>
public sealed class CacheFactory : IStateMachineFactory
{
    private readonly bool _isSorted;

    /// <summary>Caches that are right, or not.</summary>
    public CacheFactory(bool isSorted) => _isSorted = isSorted;

    /// <inheritdoc/>
    public IStateMachine Create(GroupId group) => new CacheMachine(_isSorted);

    /// <summary>There is nothing outside of memory.</summary>
    public void Delete(GroupId group)
    {
    }
}
