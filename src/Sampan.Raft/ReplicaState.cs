using Sampan.Model;

namespace Sampan.Raft;

/// <summary>What a replica starts from: what its store found on disk, or a bootstrap mark.</summary>
public sealed record ReplicaState
{
    /// <summary>Term, vote and commit as last stored; all zero for a new replica.</summary>
    public HardState HardState { get; init; }

    /// <summary>The entry before the first one of the log: the last one compacted or covered by a snapshot.</summary>
    public LogId Base { get; init; }

    /// <summary>The term runs of the log: term and first index of each, ascending; empty for an empty log.</summary>
    public IReadOnlyList<LogId> TermRuns { get; init; } = [];

    /// <summary>Last index of the log; that of <see cref="Base"/> if the log is empty.</summary>
    public ulong LastIndex { get; init; }

    /// <summary>
    /// The configurations that the log holds, ascending, beginning with the one in force at its base.
    /// </summary>
    public required IReadOnlyList<ConfigurationEntry> Configurations { get; init; }

    /// <summary>The newest snapshot that can be sent; null if there is none.</summary>
    public SnapshotMeta? Snapshot { get; init; }

    /// <summary>What the state machine has applied durably.</summary>
    public ulong AppliedIndex { get; init; }

    /// <summary>Time stamp of the log's last entry, or of the snapshot at its base.</summary>
    public long TimeTicks { get; init; }

    /// <summary>
    /// No usable snapshot is left and the log does not reach back to the applied index: the replica votes and
    /// acknowledges, but neither campaigns nor applies until it was sent a snapshot at or above this index. 0: none
    /// needed.
    /// </summary>
    public ulong NeedSnapshotIndex { get; init; }

    /// <summary>A new replica of a group that was bootstrapped with <paramref name="initial"/>.</summary>
    public static ReplicaState Bootstrap(Configuration initial) =>
        new() { Configurations = [new ConfigurationEntry(0, initial)] };

    /// <summary>A new replica that knows no configuration: it waits for one, silently.</summary>
    public static ReplicaState Blank { get; } =
        new() { Configurations = [new ConfigurationEntry(0, Configuration.Empty)] };
}
