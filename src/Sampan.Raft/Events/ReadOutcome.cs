namespace Sampan.Raft.Events;

/// <summary>How a read index request ended.</summary>
public enum ReadOutcome : byte
{
    /// <summary>A quorum confirmed the leader after the request: the index is safe to read at.</summary>
    Confirmed = 0,

    /// <summary>The leader was deposed or lost before it was confirmed; the read may be repeated (D6).</summary>
    LeaderLost = 1,

    /// <summary>No answer came within an election timeout; the read may be repeated (D6).</summary>
    TimedOut = 2,
}
