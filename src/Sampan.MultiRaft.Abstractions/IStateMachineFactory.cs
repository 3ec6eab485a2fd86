using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>Makes the state machine of a replica when it is created or its store starts.</summary>
public interface IStateMachineFactory
{
    /// <summary>The state machine of a group on this store.</summary>
    IStateMachine Create(GroupId group);
}
