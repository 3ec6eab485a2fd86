using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft;

/// <summary>
/// What each role does with each kind of message of its own term (messages of other terms are settled before). The
/// table is total, and a copy for readers is checked in as docs/role-message-table.md.
/// </summary>
internal static class MessageTable
{
    /// <summary>The cell of a role and a kind of message.</summary>
    public static MessageHandling For(Role role, MessageKind kind) => kind switch
    {
        MessageKind.PreVote or MessageKind.Vote => MessageHandling.Handle,
        MessageKind.PreVoteResponse => Only(role == Role.PreCandidate),
        MessageKind.VoteResponse => Only(role == Role.Candidate),
        MessageKind.Append or MessageKind.Heartbeat or MessageKind.Commit or MessageKind.Snapshot =>
            role == Role.Leader ? MessageHandling.Impossible : MessageHandling.Handle,
        MessageKind.AppendResponse or MessageKind.HeartbeatResponse => Only(role == Role.Leader),
        MessageKind.TimeoutNow => TimeoutNow(role),
        MessageKind.ReadIndex => role == Role.Leader ? MessageHandling.Handle : MessageHandling.Refuse,
        MessageKind.ReadIndexResponse => Only(role == Role.Follower),
        MessageKind.Removed or MessageKind.MembershipQuery => MessageHandling.Handle,
        _ => Undefined(kind),
    };

    private static MessageHandling Only(bool handled) => handled ? MessageHandling.Handle : MessageHandling.Ignore;

    private static MessageHandling TimeoutNow(Role role) => role switch
    {
        Role.Follower or Role.PreCandidate => MessageHandling.Handle,
        Role.Candidate => MessageHandling.Ignore,
        _ => MessageHandling.Impossible,
    };

    private static MessageHandling Undefined(MessageKind kind)
    {
        Invariant.Unreachable($"message kind {(int)kind} is not in the table");
        return MessageHandling.Impossible;
    }
}
