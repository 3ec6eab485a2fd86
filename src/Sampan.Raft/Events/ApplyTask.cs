using Sampan.Model;

namespace Sampan.Raft.Events;

/// <summary>What a state machine may see next: in this order a snapshot, committed entries, answered reads.</summary>
public sealed class ApplyTask
{
    internal ApplyTask(GroupId group) => Group = group;

    /// <summary>The group whose state machine it is.</summary>
    public GroupId Group { get; }

    /// <summary>A snapshot to install before anything else; it is durable and marked in the log first.</summary>
    public SnapshotMeta? Snapshot { get; internal set; }

    /// <summary>Committed and locally durable entries, never handed out twice in one life.</summary>
    public IndexRange Committed { get; internal set; }

    /// <summary>Reads whose index is known, or that failed.</summary>
    public List<ReadState> Reads { get; } = [];
}
