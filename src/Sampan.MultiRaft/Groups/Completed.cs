using Sampan.Model;

namespace Sampan.MultiRaft.Groups;

/// <summary>What other workers completed for one replica since its group worker looked last.</summary>
internal readonly record struct Completed
{
    /// <summary>The replica.</summary>
    public required ReplicaHost Host { get; init; }

    /// <summary>Writes up to this number are durable; 0: no news.</summary>
    public required ulong PersistedNumber { get; init; }

    /// <summary>The state machine has applied up to here; 0: no news.</summary>
    public required ulong AppliedIndex { get; init; }

    /// <summary>So many entries left the state machine's queue.</summary>
    public required long AppliedEntriesReturned { get; init; }

    /// <summary>What the log reader read.</summary>
    public required IReadOnlyList<EntriesRead> Reads { get; init; }

    /// <summary>A snapshot that was taken here and is durable in its files.</summary>
    public required SnapshotMeta? SnapshotWritten { get; init; }

    /// <summary>A snapshot that was taken here, is durable and marked.</summary>
    public required SnapshotMeta? SnapshotTaken { get; init; }

    /// <summary>The log may begin here; 0: no news.</summary>
    public required ulong CompactedFirstIndex { get; init; }

    /// <summary>Snapshots whose way to a replica ended.</summary>
    public required IReadOnlyList<SnapshotResult> SnapshotResults { get; init; }

    /// <summary>Snapshots that were received whole.</summary>
    public required IReadOnlyList<Message> ReceivedSnapshots { get; init; }

    /// <summary>Why the state machine failed; null if it did not.</summary>
    public required string? Poison { get; init; }

    /// <summary>
    /// What an operator should know of the end of the state machine, which is deleted; null if it is not.
    /// </summary>
    public required string? MachineDeleted { get; init; }
}
