namespace Sampan.Model;

/// <summary>
/// One write of one group: only this, and a store's own record, lead to a log write. Tasks of a group are written in
/// the order of their numbers; the messages of a task leave only when it and all before it are durable. Filled by the
/// core, read-only from then on.
/// </summary>
public sealed class PersistTask
{
    /// <summary>An empty task.</summary>
    public PersistTask(GroupId group, ulong number)
    {
        Group = group;
        Number = number;
    }

    /// <summary>The group whose log is written.</summary>
    public GroupId Group { get; }

    /// <summary>Goes back to the replica when the task is durable. Starts at 1 in each life of a replica.</summary>
    public ulong Number { get; }

    /// <summary>Term, vote and commit, if term or vote changed or something else is written anyway.</summary>
    public HardState? HardState { get; set; }

    /// <summary>
    /// Entries by ascending index. Whatever the log holds at or above the first of them is overwritten (truncated).
    /// </summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>
    /// A received snapshot that takes the place of the log, or is merely marked (see <see cref="KeepsLog"/>).
    /// </summary>
    public SnapshotMeta? Snapshot { get; set; }

    /// <summary>
    /// Whether <see cref="Snapshot"/> leaves the log as it is: the log holds the snapshot's last entry already, and the
    /// snapshot was asked for because no usable one was left.
    /// </summary>
    public bool KeepsLog { get; set; }

    /// <summary>Messages that claim what this task, or one before it, makes durable.</summary>
    public List<Message> AfterPersist { get; } = [];

    /// <summary>Whether anything must reach the disk; if not, the task only keeps its messages in order.</summary>
    public bool NeedsWrite => HardState is not null || Entries.Count > 0 || Snapshot is not null;
}
