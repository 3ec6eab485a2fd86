namespace Sampan.MultiRaft.Abstractions;

/// <summary>What a <see cref="StoreRecord"/> says. The values are part of the disk format.</summary>
public enum StoreRecordKind : byte
{
    /// <summary>Store-wide: another store's incarnation, seen in its first handshake.</summary>
    PeerIncarnation = 1,

    /// <summary>Of a group: enough of the other initial voters recorded this store; its replica takes part.</summary>
    Admitted = 2,

    /// <summary>Store-wide: the election timeout in use.</summary>
    ElectionTimeout = 3,

    /// <summary>Of a group: it was bootstrapped with a configuration, and with which replica id here.</summary>
    BootstrapMark = 4,

    /// <summary>Of a group: a snapshot taken here is complete and durable.</summary>
    SnapshotMark = 5,

    /// <summary>Of a group: the log may forget everything before an index.</summary>
    CompactionMark = 6,

    /// <summary>Of a group: the replica is gone; ids up to this one never come back.</summary>
    Tombstone = 7,

    /// <summary>Of a group: a replica was created here by a message of a bound member, and with which id.</summary>
    ReplicaCreated = 8,

    /// <summary>
    /// Store-wide: the store's recovery generation, and the directory whose recovery began it (I-36).
    /// </summary>
    RecoveryGeneration = 9,
}
