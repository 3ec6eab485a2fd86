namespace Sampan.Storage.Identity;

/// <summary>Why a data directory is not opened.</summary>
public enum StoreRefusal
{
    /// <summary>Its identity cannot be read.</summary>
    Damaged = 0,

    /// <summary>Another process uses it.</summary>
    Locked = 1,

    /// <summary>It belongs to another cluster.</summary>
    AnotherCluster = 2,

    /// <summary>It belongs to another store of the cluster.</summary>
    AnotherStore = 3,

    /// <summary>A later version of this program wrote it.</summary>
    NewerFormat = 4,

    /// <summary>It has no identity, but is not empty.</summary>
    NotEmpty = 5,

    /// <summary>It is to be read, but there is no store in it.</summary>
    NoStore = 6,

    /// <summary>A version from before the first release wrote it.</summary>
    OlderFormat = 7,

    /// <summary>Its log needs larger segments than those that it is started with.</summary>
    SegmentsTooSmall = 8,
}
