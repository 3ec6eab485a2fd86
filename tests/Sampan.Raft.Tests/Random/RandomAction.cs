namespace Sampan.Raft.Tests.Random;

/// <summary>What may happen next in a random run.</summary>
internal enum RandomAction
{
    /// <summary>A waiting message arrives, mostly the oldest of its link.</summary>
    Deliver,

    /// <summary>A waiting message is lost.</summary>
    Drop,

    /// <summary>A waiting message is doubled.</summary>
    Double,

    /// <summary>
    /// A replica does one piece of its own work: a Ready, a write, a report, an apply, a read from disk.
    /// </summary>
    Work,

    /// <summary>A replica does all its work.</summary>
    Finish,

    /// <summary>Everything that can arrive arrives, and all work is done, without time passing.</summary>
    Calm,

    /// <summary>Time passes, and replicas look at their clocks.</summary>
    PassTime,

    /// <summary>Commands are proposed.</summary>
    Propose,

    /// <summary>A read index is asked for.</summary>
    Read,

    /// <summary>A change of members is proposed.</summary>
    Change,

    /// <summary>Leadership is to be handed over.</summary>
    Transfer,

    /// <summary>A link is cut, in one or both directions.</summary>
    Cut,

    /// <summary>The replicas fall into two sides.</summary>
    Partition,

    /// <summary>One replica, mostly a leader, is cut off.</summary>
    Isolate,

    /// <summary>All links are mended.</summary>
    Heal,

    /// <summary>A replica loses power.</summary>
    Crash,

    /// <summary>A replica comes back.</summary>
    Restart,

    /// <summary>A state machine takes a snapshot.</summary>
    Snapshot,

    /// <summary>A log is compacted, or forgets what it held in memory.</summary>
    Compact,

    /// <summary>A replica is told that what it sent to another may be lost.</summary>
    Unreachable,

    /// <summary>A replica campaigns although its timer has not fired.</summary>
    Campaign,
}
