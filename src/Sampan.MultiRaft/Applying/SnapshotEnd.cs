namespace Sampan.MultiRaft.Applying;

/// <summary>News for a lane about its snapshots.</summary>
internal enum SnapshotEnd : byte
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>The one that was begun is complete, durable and marked.</summary>
    Succeeded = 1,

    /// <summary>The one that was begun was given up.</summary>
    Failed = 2,

    /// <summary>
    /// Time has passed since one found no room: another may be tried. Whether one is begun is always told.
    /// </summary>
    TryAgain = 3,

    /// <summary>A complete one cannot be read any more: another one has to take its place.</summary>
    Unreadable = 4,
}
