using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>One message between two stores: exactly the part that its kind names is set.</summary>
public sealed class StoreMessage
{
    private StoreMessage(StoreMessageKind kind, GroupId group)
    {
        Kind = kind;
        Group = group;
    }

    /// <summary>What it carries.</summary>
    public StoreMessageKind Kind { get; }

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
    public static StoreMessage Of(Message message) => new(StoreMessageKind.Raft, message.Group) { Raft = message };

    /// <summary>Carries a proposal to the leader.</summary>
    public static StoreMessage Of(ForwardedProposal proposal) =>
        new(proposal.IsAnswer ? StoreMessageKind.ForwardAnswer : StoreMessageKind.Forward, proposal.Group)
        {
            Forward = proposal,
        };

    /// <summary>Carries a part of a snapshot.</summary>
    public static StoreMessage Of(SnapshotFrame frame) =>
        new(StoreMessageKind.Snapshot, frame.Group) { Snapshot = frame };

    /// <summary>Carries facts about the sender.</summary>
    public static StoreMessage Of(Handshake handshake) =>
        new(StoreMessageKind.Introduction, default) { Introduction = handshake };
}
