using Sampan.Model;

namespace Sampan.Simulation.Checks;

/// <summary>What a message claims must be on its sender's disk before it leaves (I-11, I-12).</summary>
internal sealed class MessageChecker
{
    private readonly GroupHistory _history;

    /// <summary>The checker of a group.</summary>
    public MessageChecker(GroupHistory history) => _history = history;

    /// <summary>A message leaves its store.</summary>
    public void Leaving(ReplicaTrack track, Message message)
    {
        var durable = track.Image.HardState;
        var claimed = message.Kind switch
        {
            MessageKind.PreVote => message.Term - 1,
            MessageKind.PreVoteResponse when !message.Reject => 0UL,
            _ => message.Term,
        };
        if (durable.Term < claimed)
        {
            _history.Fail("I-11", $"{message} leaves {track}, whose disk holds {durable}");
        }

        var candidate = message.Kind switch
        {
            MessageKind.Vote => message.From,
            MessageKind.VoteResponse when !message.Reject => message.To,
            _ => ReplicaId.None,
        };
        if (candidate != ReplicaId.None && _history.VoteOf(message.Term, track.Replica) != candidate)
        {
            _history.Fail("I-11", $"{message} leaves {track}, which has no durable vote for {candidate}");
        }

        if (message is { Kind: MessageKind.AppendResponse, Reject: false })
        {
            Acknowledging(track, message);
        }
    }

    private void Acknowledging(ReplicaTrack track, Message message)
    {
        var image = track.Image;
        if (image.Last.Index < message.Index)
        {
            _history.Fail("I-12", $"{message} leaves {track}, whose disk ends at {image.Last}");
        }

        if (_history.Leaders.GetValueOrDefault(message.Term) == message.To
            && _history.Tracks.TryGetValue(message.To, out var leader) && leader.Core is { } core
            && core.Term == message.Term && leader.IsLeading
            && core.TryGetTerm(message.Index, out var term)
            && image.TryGet(message.Index, out var held) && held.Term != term)
        {
            _history.Fail(
                "I-12", $"{message} leaves {track}, whose disk holds {held.Term}/{message.Index}; the leader has "
                + $"{term}/{message.Index}");
        }
    }
}
