using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// A proposal that a follower passes to the leader, once, or the leader's answer. Sequences of one boot id rise along a
/// stream; a leader discards one that is not above the last it took.
/// </summary>
public sealed class ForwardedProposal
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The leader's replica, as the follower believes, or the answering one.</summary>
    public required ReplicaId Replica { get; init; }

    /// <summary>Where it came from.</summary>
    public required Origin Origin { get; init; }

    /// <summary>The command; empty in answers.</summary>
    public ReadOnlyMemory<byte> Command { get; init; }

    /// <summary>Whether it is an answer.</summary>
    public bool IsAnswer { get; init; }

    /// <summary>Of an answer: its place in the leader's log, or zero where it was refused.</summary>
    public LogId Accepted { get; init; }

    /// <summary>Of a refusal: why.</summary>
    public RaftErrorCode Refused { get; init; }
}
