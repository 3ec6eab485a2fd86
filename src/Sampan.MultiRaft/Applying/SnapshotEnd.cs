namespace Sampan.MultiRaft.Applying;

/// <summary>News for a lane about the snapshot that was begun there.</summary>
internal enum SnapshotEnd : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>It is complete, durable and marked.</summary>
    Succeeded = 1,

    /// <summary>It was given up, for want of space.</summary>
    Failed = 2,

    /// <summary>Time has passed since it was given up: another may be tried.</summary>
    TryAgain = 3,
}
