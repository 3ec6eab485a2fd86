using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// Makes the state machine of a replica when it is created or its store starts, and deletes what is left of it when the
/// replica is gone.
/// </summary>
/// <remarks>
/// <para>Order: a group's machine is made when the record of its replica is durable; it is used until
/// <see cref="Delete"/>, which comes when the replica's tombstone is durable and before another replica of the group
/// can be made here. What is lost if the process ends in between is the deletion, so it is repeated: at every start
/// <see cref="Delete"/> is called for each group whose replica here is gone.</para>
/// <para>Failure: an exception of <see cref="Create"/>, or a machine of a new replica that has applied something, stops
/// that group on this store (poisoned), never another group. One of <see cref="Delete"/> is told to the operator, and
/// the deletion is tried again at the next start, or when the next replica of the group is made.</para>
/// </remarks>
public interface IStateMachineFactory
{
    /// <summary>
    /// The state machine of a group on this store: for a new replica an empty one, else what its last life left.
    /// </summary>
    IStateMachine Create(GroupId group);

    /// <summary>
    /// Deletes everything that state machines of a group left on this store; nothing uses them any more. Idempotent:
    /// mostly there is nothing. By the worker that applies, or before the store starts.
    /// </summary>
    void Delete(GroupId group);
}
