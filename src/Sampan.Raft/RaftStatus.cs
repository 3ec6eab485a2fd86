using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft;

/// <summary>A replica at one moment, for people and metrics.</summary>
public sealed record RaftStatus
{
    /// <summary>This replica.</summary>
    public required ReplicaId Replica { get; init; }

    /// <summary>Its role.</summary>
    public required Role Role { get; init; }

    /// <summary>The leader it knows, if any.</summary>
    public required ReplicaId Leader { get; init; }

    /// <summary>Term, vote and commit index.</summary>
    public required HardState HardState { get; init; }

    /// <summary>First index of the log.</summary>
    public required ulong FirstIndex { get; init; }

    /// <summary>Last index of the log, durable or not.</summary>
    public required ulong LastIndex { get; init; }

    /// <summary>Last index that is durable here.</summary>
    public required ulong DurableIndex { get; init; }

    /// <summary>Last index that the state machine reported.</summary>
    public required ulong AppliedIndex { get; init; }

    /// <summary>The newest configuration of the log, committed or not, and its index.</summary>
    public required ConfigurationEntry Configuration { get; init; }

    /// <summary>The target of a transfer under way.</summary>
    public required ReplicaId TransferTarget { get; init; }

    /// <summary>
    /// A leader's, where reads may rest on leases: until when they may, by its own clock; the zero instant for not.
    /// </summary>
    public Instant LeaseEnd { get; init; }

    /// <summary>A leader's view of the members, itself included; empty elsewhere.</summary>
    public required IReadOnlyList<ProgressStatus> Progress { get; init; }
}
