namespace Sampan.Raft;

/// <summary>
/// Whether a proposal got its place in the log. Everything but <see cref="Accepted"/> changed nothing.
/// </summary>
public enum ProposeStatus : byte
{
    /// <summary>It is in the leader's log; that is neither durable nor committed yet.</summary>
    Accepted = 0,

    /// <summary>This replica does not lead.</summary>
    NotLeader = 1,

    /// <summary>Uncommitted entries fill the bound in the options: try again later.</summary>
    Busy = 2,

    /// <summary>Leadership is being handed over, at most for one election timeout.</summary>
    Transferring = 3,

    /// <summary>Another membership change is under way, or this leader's first entry is not committed yet.</summary>
    ChangeInProgress = 4,

    /// <summary>
    /// A learner that is to be promoted has not caught up, or no voter that the change leaves has a state yet.
    /// </summary>
    LearnerNotReady = 5,

    /// <summary>
    /// The change makes no sense for the present configuration (no voter left, or none that may lead; member unknown,
    /// another store or incarnation for a bound member, no effect).
    /// </summary>
    InvalidChange = 6,
}
