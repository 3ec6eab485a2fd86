using Sampan.Model;

namespace Sampan.Raft.Events;

/// <summary>
/// All that a replica wants done, taken by <see cref="RaftReplica.TakeReady"/>. Each part has one owner from then on;
/// the object itself may be used for the next Ready, of any replica, once its parts were handed on.
/// </summary>
public sealed class Ready
{
    /// <summary>
    /// Messages that claim nothing (term, vote, index) that is not durable at this store: they go out now, before this
    /// Ready's own write.
    /// </summary>
    public List<Message> Outgoing { get; } = [];

    /// <summary>What the log must make durable, and the messages that wait for it; null if there is nothing.</summary>
    public PersistTask? Persist { get; internal set; }

    /// <summary>What the state machine may see; null if there is nothing new.</summary>
    public ApplyTask? Apply { get; internal set; }

    /// <summary>Entries that must be read from the log before a follower can be served.</summary>
    public List<WantedEntries> Wanted { get; } = [];

    /// <summary>What happened, in order, for observers: logs, metrics, checkers.</summary>
    public List<RaftEvent> Events { get; } = [];

    /// <summary>Forgets the parts without touching what was handed on.</summary>
    public void Clear()
    {
        Outgoing.Clear();
        Persist = null;
        Apply = null;
        Wanted.Clear();
        Events.Clear();
    }
}
