namespace Sampan.Storage.Snapshots;

/// <summary>What an inspection says of a snapshot's directory.</summary>
public enum SnapshotStanding
{
    /// <summary>All its bytes are what was written.</summary>
    Sound = 0,

    /// <summary>Something in it is missing or not what was written.</summary>
    Damaged = 1,

    /// <summary>It was never completed, and counts for nothing; deleted at the next start.</summary>
    Unfinished = 2,

    /// <summary>It failed its check at an earlier start and was kept for people to look at.</summary>
    SetAside = 3,
}
