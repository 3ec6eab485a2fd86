using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Applying;

/// <summary>One state machine and where it stands. Apply worker only.</summary>
internal sealed class ApplyLane
{
    /// <summary>The lane of a replica whose machine stands at <paramref name="applied"/>.</summary>
    public ApplyLane(ReplicaHost host, IStateMachine machine, LogId applied, ConfigurationEntry configuration)
    {
        Host = host;
        Machine = machine;
        Applied = applied;
        Configuration = configuration;
        LastSnapshotIndex = applied.Index;
        CompleteSnapshotIndex = applied.Index;
    }

    /// <summary>The index of the newest snapshot that is complete.</summary>
    public ulong CompleteSnapshotIndex { get; set; }

    /// <summary>The replica.</summary>
    public ReplicaHost Host { get; }

    /// <summary>The state machine.</summary>
    public IStateMachine Machine { get; }

    /// <summary>The last entry it has applied.</summary>
    public LogId Applied { get; set; }

    /// <summary>Time stamp of that entry.</summary>
    public long TimeTicks { get; set; }

    /// <summary>The newest configuration at or below it, which a snapshot taken there carries.</summary>
    public ConfigurationEntry Configuration { get; set; }

    /// <summary>The index of the newest snapshot taken or installed here, or begun.</summary>
    public ulong LastSnapshotIndex { get; set; }

    /// <summary>How large the newest complete snapshot is.</summary>
    public long SnapshotBytes { get; set; }

    /// <summary>Bytes of the entries applied since the newest snapshot was begun.</summary>
    public long BytesSinceSnapshot { get; set; }

    /// <summary>Whether a snapshot is being written.</summary>
    public bool IsSnapshotUnderWay { get; set; }

    /// <summary>Whether it threw, or its replica goes no further: it is given nothing more.</summary>
    public bool IsPoisoned { get; set; }

    /// <summary>Reads whose index is not applied yet, by index.</summary>
    public PriorityQueue<PendingRequest, ulong> WaitingReads { get; } = new();
}
