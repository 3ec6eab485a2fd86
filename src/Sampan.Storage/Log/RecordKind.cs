using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// What a record in a batch says. The values are part of the disk format. 16 and above: a
/// <see cref="StoreRecordKind"/>, plus 16.
/// </summary>
public enum RecordKind : byte
{
    /// <summary>A group's term, vote and commit.</summary>
    HardState = 1,

    /// <summary>An entry; the group's log ends with it, whatever it held there or above.</summary>
    Entry = 2,

    /// <summary>A live entry, written again so that its old segment can be recycled; it never truncates.</summary>
    Forwarded = 3,

    /// <summary>A received snapshot that took the place of the log.</summary>
    Install = 4,

    /// <summary>Only in a state block: a group.</summary>
    Group = 5,

    /// <summary>A peer's incarnation.</summary>
    PeerIncarnation = 16 + StoreRecordKind.PeerIncarnation,

    /// <summary>A bootstrapped replica takes part.</summary>
    Admitted = 16 + StoreRecordKind.Admitted,

    /// <summary>The election timeout in use.</summary>
    ElectionTimeout = 16 + StoreRecordKind.ElectionTimeout,

    /// <summary>A group was bootstrapped.</summary>
    BootstrapMark = 16 + StoreRecordKind.BootstrapMark,

    /// <summary>A snapshot is complete, and the log stays as it is.</summary>
    SnapshotMark = 16 + StoreRecordKind.SnapshotMark,

    /// <summary>The log may forget everything up to an index.</summary>
    CompactionMark = 16 + StoreRecordKind.CompactionMark,

    /// <summary>A replica is gone.</summary>
    Tombstone = 16 + StoreRecordKind.Tombstone,

    /// <summary>A replica was created.</summary>
    ReplicaCreated = 16 + StoreRecordKind.ReplicaCreated,

    /// <summary>The store's recovery generation.</summary>
    RecoveryGeneration = 16 + StoreRecordKind.RecoveryGeneration,
}
