using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>What a store knows of one of its groups, at one moment.</summary>
public sealed record GroupStatus
{
    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>This store's replica.</summary>
    public required ReplicaId Replica { get; init; }

    /// <summary>The leader, if known.</summary>
    public required ReplicaId Leader { get; init; }

    /// <summary>Whether this store leads.</summary>
    public required bool IsLeader { get; init; }

    /// <summary>The term.</summary>
    public required ulong Term { get; init; }

    /// <summary>The commit index.</summary>
    public required ulong CommitIndex { get; init; }

    /// <summary>The applied index.</summary>
    public required ulong AppliedIndex { get; init; }

    /// <summary>First index of the log.</summary>
    public required ulong FirstIndex { get; init; }

    /// <summary>Last index of the log.</summary>
    public required ulong LastIndex { get; init; }

    /// <summary>The newest configuration, committed or not.</summary>
    public required Configuration Configuration { get; init; }

    /// <summary>
    /// Whether this store refuses proposals for want of room on its disk. It ends by itself when there is room.
    /// </summary>
    public bool IsOutOfSpace { get; init; }

    /// <summary>Why the group is stopped on this store; null while it works.</summary>
    public required string? Failure { get; init; }
}
