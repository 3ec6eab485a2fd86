using Sampan.Model;

namespace Sampan.Raft.Events;

/// <summary>
/// One write of one group. Tasks of a group are written in the order of their numbers; the messages of a task leave
/// only when it and all before it are durable.
/// </summary>
public sealed class PersistTask
{
    internal PersistTask(GroupId group, ulong number)
    {
        Group = group;
        Number = number;
    }

    /// <summary>The group whose log is written.</summary>
    public GroupId Group { get; }

    /// <summary>
    /// Goes back to the replica by <see cref="RaftReplica.Persisted"/>. Starts at 1 in each life of a replica.
    /// </summary>
    public ulong Number { get; }

    /// <summary>Term, vote and commit, if term or vote changed or something else is written anyway.</summary>
    public HardState? HardState { get; internal set; }

    /// <summary>
    /// Entries by ascending index. Whatever the log holds at or above the first of them is overwritten (truncated).
    /// </summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>
    /// A received snapshot that takes the place of the log, or is merely marked (see <see cref="KeepsLog"/>).
    /// </summary>
    public SnapshotMeta? Snapshot { get; internal set; }

    /// <summary>
    /// Whether <see cref="Snapshot"/> leaves the log as it is: the log holds the snapshot's last entry already, and the
    /// snapshot was asked for because no usable one was left.
    /// </summary>
    public bool KeepsLog { get; internal set; }

    /// <summary>Messages that claim what this task, or one before it, makes durable.</summary>
    public List<Message> AfterPersist { get; } = [];

    /// <summary>Whether anything must reach the disk; if not, the task only keeps its messages in order.</summary>
    public bool NeedsWrite => HardState is not null || Entries.Count > 0 || Snapshot is not null;
}
