namespace Sampan.Io;

/// <summary>Kinds of failure that are handled differently.</summary>
public enum FileFailure
{
    /// <summary>
    /// EIO, every failed sync, and everything unknown: the disk can no longer be trusted, and the store stops.
    /// </summary>
    Device = 0,

    /// <summary>
    /// ENOSPC, EDQUOT of a call that is no sync: there is no room, and what was written before is as safe as it was.
    /// </summary>
    NoSpace = 1,

    /// <summary>The file or directory is not there.</summary>
    NotFound = 2,

    /// <summary>It is there already.</summary>
    Exists = 3,

    /// <summary>Permissions, or a read-only file system.</summary>
    Denied = 4,
}
