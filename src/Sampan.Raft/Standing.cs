using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft;

/// <summary>
/// Where a replica stands: the few facts that every part of the protocol reads. Only <see cref="RaftReplica"/> changes
/// role, term, vote and leader.
/// </summary>
internal sealed class Standing
{
    /// <summary>The latest instant the replica was given.</summary>
    public Instant Now { get; private set; }

    /// <summary>The role.</summary>
    public Role Role { get; set; }

    /// <summary>The term; it never falls (I-20).</summary>
    public ulong Term { get; set; }

    /// <summary>The vote in this term, if any.</summary>
    public ReplicaId Vote { get; set; }

    /// <summary>The leader of this term, if known.</summary>
    public ReplicaId Leader { get; set; }

    /// <summary>Leader only: the index of the empty entry that opened its term.</summary>
    public ulong TermStartIndex { get; set; }

    /// <summary>Whether the replica leads.</summary>
    public bool IsLeader => Role == Role.Leader;

    /// <summary>Time has come to <paramref name="now"/>; it never goes back here.</summary>
    public void Advance(Instant now) => Now = Instant.Max(Now, now);
}
