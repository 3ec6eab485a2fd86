namespace Sampan.MultiRaft.Doors;

/// <summary>What a door asks of a group.</summary>
internal enum RequestKind : byte
{
    /// <summary>Replicate a command.</summary>
    Propose = 0,

    /// <summary>Read, linearizably.</summary>
    Read = 1,

    /// <summary>Read whatever is here.</summary>
    ReadLocal = 2,

    /// <summary>Change members.</summary>
    ChangeMembership = 3,

    /// <summary>Hand over leadership.</summary>
    Transfer = 4,

    /// <summary>Take a snapshot.</summary>
    Snapshot = 5,

    /// <summary>Bootstrap a group here.</summary>
    Create = 6,

    /// <summary>Destroy this store's replica.</summary>
    Remove = 7,
}
