using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>Something on its way to a node: a message, or what one of its own threads reports to it.</summary>
internal sealed class InteractionParcel(
    ReplicaId target, string type, string text, Action<InteractionNode> deliver, bool isLocal = false)
{
    /// <summary>The node it goes to.</summary>
    public ReplicaId Target { get; } = target;

    /// <summary>The kind of message, in the words of the scripts.</summary>
    public string Type { get; } = type;

    /// <summary>The message in the words of the scripts; empty for what they do not know.</summary>
    public string Text { get; } = text;

    /// <summary>Whether it stays on its node, hence is never lost.</summary>
    public bool IsLocal { get; } = isLocal;

    /// <summary>Hands it over.</summary>
    public void DeliverTo(InteractionNode node) => deliver(node);
}
