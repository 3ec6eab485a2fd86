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
}
