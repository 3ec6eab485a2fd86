using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>A frozen state that is to be written as a snapshot.</summary>
internal sealed class SnapshotJob
{
    /// <summary>A snapshot of a lane's state.</summary>
    public SnapshotJob(
        ApplyLane lane, ISnapshotWriter writer, SnapshotMeta meta, IReadOnlyList<PendingRequest> requests)
    {
        Lane = lane;
        Writer = writer;
        Meta = meta;
        Requests = requests;
    }

    /// <summary>Whose state it is.</summary>
    public ApplyLane Lane { get; }

    /// <summary>The frozen state.</summary>
    public ISnapshotWriter Writer { get; }

    /// <summary>What it covers.</summary>
    public SnapshotMeta Meta { get; }

    /// <summary>Who asked for it; nobody if it was due.</summary>
    public IReadOnlyList<PendingRequest> Requests { get; }

    /// <summary>How large it is, once it is complete.</summary>
    public long LengthBytes { get; set; }

    /// <summary>Where it goes; null before its first part.</summary>
    public GuardedSink? Sink { get; set; }

    /// <summary>Whether it is complete on disk, so that its frozen state is let go.</summary>
    public bool IsWritten { get; set; }
}
