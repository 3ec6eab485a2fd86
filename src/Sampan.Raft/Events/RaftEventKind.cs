namespace Sampan.Raft.Events;

/// <summary>What a <see cref="RaftEvent"/> reports.</summary>
public enum RaftEventKind : byte
{
    /// <summary>The replica's role, term or leader changed.</summary>
    RoleChanged = 0,

    /// <summary>A configuration became the newest of the log: appended, or uncovered by a truncation.</summary>
    ConfigurationChanged = 1,

    /// <summary>A configuration was committed.</summary>
    ConfigurationCommitted = 2,

    /// <summary>A received suffix overwrote entries; <see cref="RaftEvent.Index"/> is the first index lost.</summary>
    LogTruncated = 3,

    /// <summary>
    /// The replica learned that it was removed: a quorum of the members said so. It must be destroyed.
    /// </summary>
    Removed = 4,

    /// <summary>A leader gave up, since it heard from no quorum within the election timeout.</summary>
    QuorumLost = 5,

    /// <summary>
    /// A leader gave up a transfer of leadership and goes on leading, or steps down without a successor.
    /// </summary>
    TransferAborted = 6,

    /// <summary>A campaign of this replica ended without a leader.</summary>
    CampaignFailed = 7,

    /// <summary>A received snapshot will be installed; <see cref="RaftEvent.Index"/> is its last index.</summary>
    SnapshotAccepted = 8,
}
