namespace Sampan.Storage.Snapshots;

/// <summary>How far a <see cref="SnapshotSink"/> is.</summary>
internal enum SinkState
{
    /// <summary>It is being written.</summary>
    Open = 0,

    /// <summary>A call is under way, or threw: nothing more can be added.</summary>
    Broken = 1,

    /// <summary>It is complete and durable.</summary>
    Committed = 2,

    /// <summary>It was given up.</summary>
    Closed = 3,
}
