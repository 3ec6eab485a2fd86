using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// A store's own fact on its way to the log. Which fields mean something follows from the kind. The newest record of a
/// kind (and group, and peer) is the one that counts.
/// </summary>
public sealed record StoreRecord
{
    /// <summary>What it says.</summary>
    public required StoreRecordKind Kind { get; init; }

    /// <summary>The group it is of; the zero id for store-wide records.</summary>
    public GroupId Group { get; init; }

    /// <summary>
    /// BootstrapMark, ReplicaCreated, Admitted: this store's replica. Tombstone: the highest id that is gone.
    /// </summary>
    public ReplicaId Replica { get; init; }

    /// <summary>PeerIncarnation: the peer.</summary>
    public StoreId Peer { get; init; }

    /// <summary>
    /// PeerIncarnation: its incarnation; unbound: what was recorded of it counts no longer. RecoveryGeneration: the
    /// directory whose recovery began it.
    /// </summary>
    public Incarnation Incarnation { get; init; }

    /// <summary>RecoveryGeneration: how often a majority was given up.</summary>
    public ulong RecoveryGeneration { get; init; }

    /// <summary>ElectionTimeout: T.</summary>
    public TimeSpan ElectionTimeout { get; init; }

    /// <summary>BootstrapMark: the initial configuration.</summary>
    public Configuration? Configuration { get; init; }

    /// <summary>SnapshotMark: the snapshot.</summary>
    public SnapshotMeta? Snapshot { get; init; }

    /// <summary>CompactionMark: the last index that may be forgotten, and its term.</summary>
    public LogId CompactedTo { get; init; }
}
