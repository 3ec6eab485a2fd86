namespace Sampan.Model;

/// <summary>What a <see cref="Message"/> says. The values are part of the wire format.</summary>
public enum MessageKind : byte
{
    /// <summary>Would you vote for me in the next term? Changes nothing at its receiver (dissertation, 9.6).</summary>
    PreVote = 0,

    /// <summary>Answer to <see cref="PreVote"/>.</summary>
    PreVoteResponse = 1,

    /// <summary>RequestVote (dissertation, 3.4).</summary>
    Vote = 2,

    /// <summary>Answer to <see cref="Vote"/>.</summary>
    VoteResponse = 3,

    /// <summary>AppendEntries (dissertation, 3.5).</summary>
    Append = 4,

    /// <summary>Answer to <see cref="Append"/> and to <see cref="Snapshot"/>.</summary>
    AppendResponse = 5,

    /// <summary>The leader is there; carries the read round.</summary>
    Heartbeat = 6,

    /// <summary>Answer to <see cref="Heartbeat"/>.</summary>
    HeartbeatResponse = 7,

    /// <summary>The commit index moved; needs no answer.</summary>
    Commit = 8,

    /// <summary>
    /// Leaving a core: "send this snapshot". Entering one: "it was received whole, verified and is durable".
    /// </summary>
    Snapshot = 9,

    /// <summary>Campaign at once: the leader hands over (dissertation, 3.10).</summary>
    TimeoutNow = 10,

    /// <summary>A follower asks for a read index (dissertation, 6.4).</summary>
    ReadIndex = 11,

    /// <summary>Answer to <see cref="ReadIndex"/>.</summary>
    ReadIndexResponse = 12,

    /// <summary>You are not a member any more.</summary>
    Removed = 13,

    /// <summary>Am I a member? Sent to the members that a <see cref="Removed"/> named.</summary>
    MembershipQuery = 14,
}
