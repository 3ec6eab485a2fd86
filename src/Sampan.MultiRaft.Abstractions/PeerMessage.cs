using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>One message between two stores: exactly the part that its kind names is set.</summary>
public sealed class PeerMessage
{
    private PeerMessage(PeerMessageKind kind, GroupId group)
    {
        Kind = kind;
        Group = group;
    }

    /// <summary>What it carries.</summary>
    public PeerMessageKind Kind { get; }

    /// <summary>The group it concerns.</summary>
    public GroupId Group { get; }

    /// <summary>A message between replicas.</summary>
    public Message? Raft { get; private init; }

    /// <summary>A forwarded proposal, or the answer to one.</summary>
    public ForwardedProposal? Forward { get; private init; }

    /// <summary>A part of a snapshot transfer.</summary>
    public SnapshotFrame? Snapshot { get; private init; }

    /// <summary>Facts about the sending store.</summary>
    public Handshake? Introduction { get; private init; }

    /// <summary>Carries a message between replicas.</summary>
    public static PeerMessage Of(Message message) => new(PeerMessageKind.Raft, message.Group) { Raft = message };

    /// <summary>Carries a proposal to the leader.</summary>
    public static PeerMessage Of(ForwardedProposal proposal) =>
        new(proposal.IsAnswer ? PeerMessageKind.ForwardAnswer : PeerMessageKind.Forward, proposal.Group)
        {
            Forward = proposal,
        };

    /// <summary>Carries a part of a snapshot.</summary>
    public static PeerMessage Of(SnapshotFrame frame) =>
        new(PeerMessageKind.Snapshot, frame.Group) { Snapshot = frame };

    /// <summary>Carries facts about the sender.</summary>
    public static PeerMessage Of(Handshake handshake) =>
        new(PeerMessageKind.Introduction, default) { Introduction = handshake };
}
