namespace Sampan.Storage.Log;

/// <summary>What a record of a group does to the group's entries.</summary>
internal enum LogEffect
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Those up to the new base are gone.</summary>
    Compacted = 1,

    /// <summary>All are gone.</summary>
    Dropped = 2,
}
