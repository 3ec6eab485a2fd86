using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>What a store's log held of one group.</summary>
public sealed record RecoveredGroup
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>This store's replica; none if only a tombstone is left.</summary>
    public required ReplicaId Replica { get; init; }

    /// <summary>The highest replica id that is gone for good.</summary>
    public required ReplicaId Tombstone { get; init; }

    /// <summary>Term, vote, commit.</summary>
    public required HardState HardState { get; init; }

    /// <summary>The entry before the log's first one: compacted, or a received snapshot's last.</summary>
    public required LogId Base { get; init; }

    /// <summary>The log's term runs.</summary>
    public required IReadOnlyList<LogId> TermRuns { get; init; }

    /// <summary>The last index; that of the base if the log is empty.</summary>
    public required ulong LastIndex { get; init; }

    /// <summary>The time stamp of the last entry, or 0.</summary>
    public required long TimeTicks { get; init; }

    /// <summary>The initial configuration, if the group was bootstrapped here.</summary>
    public required Configuration? Bootstrap { get; init; }

    /// <summary>Whether enough of the other initial voters had recorded this store (I-26).</summary>
    public bool IsAdmitted { get; init; }

    /// <summary>The configuration entries in the log, ascending (those above the base).</summary>
    public required IReadOnlyList<ConfigurationEntry> Configurations { get; init; }

    /// <summary>The marked snapshots, ascending.</summary>
    public required IReadOnlyList<SnapshotMeta> Snapshots { get; init; }
}
