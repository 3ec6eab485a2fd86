namespace Sampan.Testing.Files;

/// <summary>The calls of a file system, as they are counted, delayed and failed.</summary>
public enum FileCallKind
{
    /// <summary>Opening a file, or creating it.</summary>
    Open = 0,

    /// <summary>Reading from a file.</summary>
    Read = 1,

    /// <summary>Writing to a file.</summary>
    Write = 2,

    /// <summary>Cutting or extending a file.</summary>
    SetLength = 3,

    /// <summary>fdatasync.</summary>
    SyncData = 4,

    /// <summary>fsync of a file.</summary>
    Sync = 5,

    /// <summary>fsync of a directory.</summary>
    SyncDirectory = 6,

    /// <summary>Creating a directory.</summary>
    CreateDirectory = 7,

    /// <summary>Renaming a file or directory.</summary>
    Rename = 8,

    /// <summary>Deleting a file.</summary>
    DeleteFile = 9,

    /// <summary>Deleting a directory and what is in it.</summary>
    DeleteDirectory = 10,

    /// <summary>Listing a directory.</summary>
    List = 11,

    /// <summary>Asking whether a file or directory is there.</summary>
    Exists = 12,

    /// <summary>Taking a lock.</summary>
    TryLock = 13,
}
