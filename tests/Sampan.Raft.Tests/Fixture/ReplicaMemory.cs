using Sampan.Model;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>What the <see cref="Checker"/> remembers of one replica.</summary>
internal sealed class ReplicaMemory
{
    /// <summary>The life it was last seen in.</summary>
    public int Life { get; set; }

    /// <summary>Hard state as last seen in this life, durable or not.</summary>
    public HardState Seen { get; set; }

    /// <summary>Highest commit index whose entries were compared with the committed log, in this life.</summary>
    public ulong ComparedCommit { get; set; }

    /// <summary>Last entry handed to the state machine in this life.</summary>
    public ulong Handed { get; set; }

    /// <summary>Each durable vote by its term; never changes.</summary>
    public Dictionary<ulong, ReplicaId> Votes { get; } = [];

    /// <summary>Reads of this life that have not ended, with the committed index at the time they were asked.</summary>
    public Dictionary<ReadTicket, ulong> Reads { get; } = [];

    /// <summary>
    /// A commit index of a leader whose quorum was not looked at yet, and the configuration that decided it.
    /// </summary>
    public (ulong Index, ulong Term, Configuration? Configuration) Uninspected { get; set; }
}
