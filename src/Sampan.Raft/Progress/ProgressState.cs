namespace Sampan.Raft.Progress;

/// <summary>How a leader feeds one member.</summary>
public enum ProgressState : byte
{
    /// <summary>Its log's end is not known: one append at a time until it answers.</summary>
    Probe = 0,

    /// <summary>Its log is known to match: appends are pipelined.</summary>
    Replicate = 1,

    /// <summary>It needs entries that are compacted here: a snapshot is on its way, no appends are sent.</summary>
    Snapshot = 2,
}
