using Sampan.Model;
using Sampan.Raft.Events;

namespace Sampan.MultiRaft;

/// <summary>
/// Hears what happens in a store: for logs, metrics, and the simulator's checkers. Called on workers: it takes a note
/// and returns. Nothing depends on it.
/// </summary>
public interface IStoreEvents
{
    /// <summary>Something happened in a replica of a group.</summary>
    void OnRaftEvent(GroupId group, RaftEvent happened);

    /// <summary>Something that an operator should read: a torn tail that was cut, a store that was refused.</summary>
    void OnRemark(string remark);

    /// <summary>
    /// Why this store takes no part in some group yet, or any more; null: that is over. Told whenever it changes. A
    /// remark, where nobody does more with it.
    /// </summary>
    void OnWaiting(string? reason)
    {
        if (reason is not null)
        {
            OnRemark(reason);
        }
    }

    /// <summary>
    /// Something on disk is not what this store left there. It was set aside or left alone, and the store goes on
    /// without it. A remark, where nobody does more with it.
    /// </summary>
    void OnDamage(string found) => OnRemark(found);
}
