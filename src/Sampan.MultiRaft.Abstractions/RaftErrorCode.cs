namespace Sampan.MultiRaft.Abstractions;

/// <summary>Why a request failed.</summary>
public enum RaftErrorCode : byte
{
    /// <summary>No leader is known.</summary>
    NoLeader = 0,

    /// <summary>A bound of this store or of the leader is reached; try again later.</summary>
    Busy = 1,

    /// <summary>Leadership is being handed over.</summary>
    Transferring = 2,

    /// <summary>The leader changed before the request got its place.</summary>
    LeaderChanged = 3,

    /// <summary>The connection to the leader, or the leader, was lost before it answered.</summary>
    ConnectionLost = 4,

    /// <summary>A snapshot covered the request's place in the log, so its result is not known here.</summary>
    CoveredBySnapshot = 5,

    /// <summary>Another membership change is under way.</summary>
    ChangeInProgress = 6,

    /// <summary>A learner that is to be promoted has not caught up.</summary>
    LearnerNotReady = 7,

    /// <summary>The change makes no sense for the present configuration.</summary>
    InvalidChange = 8,

    /// <summary>The target cannot lead.</summary>
    BadTarget = 9,

    /// <summary>The store, or this group on it, has stopped.</summary>
    Stopped = 10,

    /// <summary>The group's state machine threw; the group is stopped on this store.</summary>
    Poisoned = 11,

    /// <summary>The request is larger than an entry may be.</summary>
    TooLarge = 12,

    /// <summary>There is no such group on this store.</summary>
    UnknownGroup = 13,

    /// <summary>The disk is full: proposals are refused until there is room.</summary>
    NoSpace = 14,

    /// <summary>It took longer than requests may.</summary>
    TimedOut = 15,

    /// <summary>This replica has no usable state yet.</summary>
    Unavailable = 16,

    /// <summary>Only the leader does this, and this store does not lead.</summary>
    NotLeader = 17,

    /// <summary>The state machine threw at this read; the group goes on.</summary>
    ReadFailed = 18,
}
