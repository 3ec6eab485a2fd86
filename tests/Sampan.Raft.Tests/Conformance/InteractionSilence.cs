using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Messages that the core sends and the nodes of the scripts do not. They are lost, as a network may lose any message:
/// <list type="bullet">
/// <item>refusals of a vote for the sake of a present leader, or of an older term: there such a request is
/// ignored;</item>
/// <item>the answer to a leader of an older term, unless check-quorum or pre-vote is on;</item>
/// <item>TimeoutNow that no directive asked for: there a removed leader steps down without a successor;</item>
/// <item>what removed members are told and ask.</item>
/// </list>
/// </summary>
internal sealed class InteractionSilence(InteractionOptions options)
{
    private readonly List<(ReplicaId Target, MessageKind Kind)> _refusals = [];
    private ulong _term;

    /// <summary>Whether a directive asked for a transfer in the present term of leadership.</summary>
    public bool TransferAsked { get; set; }

    /// <summary>Looks at a message before it is stepped: will a node of the scripts keep silent?</summary>
    public void Before(Message message, RaftReplica replica, int elapsedTicks)
    {
        if (replica.Term != _term)
        {
            // Whatever was held back in an older term is dropped by the core itself.
            _refusals.Clear();
            _term = replica.Term;
        }

        var inContact = options.CheckQuorum && replica.Leader != ReplicaId.None
            && (replica.Role == Role.Leader || elapsedTicks < InteractionOptions.ElectionTicks);
        var isOld = message.Term < replica.Term;
        switch (message.Kind)
        {
            case MessageKind.PreVote when inContact && message.Term > replica.Term:
                _refusals.Add((message.From, MessageKind.PreVoteResponse));
                break;
            case MessageKind.Vote when isOld || (inContact && !message.IsTransfer && message.Term > replica.Term):
                _refusals.Add((message.From, MessageKind.VoteResponse));
                break;
            case MessageKind.Append or MessageKind.Heartbeat or MessageKind.Snapshot or MessageKind.Commit
                when isOld && !options.CheckQuorum && !options.PreVote:
                _refusals.Add((message.From, MessageKind.AppendResponse));
                break;
            default:
                break;
        }
    }

    /// <summary>Whether a message that leaves the core is lost.</summary>
    public bool Swallows(Message message) => message.Kind switch
    {
        MessageKind.Removed or MessageKind.MembershipQuery => true,
        MessageKind.TimeoutNow => !TransferAsked,
        _ => message.Reject && _refusals.Remove((message.To, message.Kind)),
    };
}
