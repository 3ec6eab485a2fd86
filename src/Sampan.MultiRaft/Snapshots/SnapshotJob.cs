using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>A frozen state that is to be written as a snapshot.</summary>
internal sealed class SnapshotJob
{
    /// <summary>A snapshot of a lane's state.</summary>
    public SnapshotJob(ApplyLane lane, ISnapshotWriter writer, SnapshotMeta meta, PendingRequest? request)
    {
        Lane = lane;
        Writer = writer;
        Meta = meta;
        Request = request;
    }

    /// <summary>Whose state it is.</summary>
    public ApplyLane Lane { get; }

    /// <summary>The frozen state.</summary>
    public ISnapshotWriter Writer { get; }

    /// <summary>What it covers.</summary>
    public SnapshotMeta Meta { get; }

    /// <summary>Who asked for it; null if it was due.</summary>
    public PendingRequest? Request { get; set; }

    /// <summary>How large it is, once it is complete.</summary>
    public long LengthBytes { get; set; }

    /// <summary>Where it goes; null before its first part.</summary>
    public ISnapshotSink? Sink { get; set; }
}
