namespace Sampan.Io;

/// <summary>How a file is opened.</summary>
public enum FileOpenMode
{
    /// <summary>It must exist; reading only.</summary>
    Read = 0,

    /// <summary>It must exist; reading and writing.</summary>
    ReadWrite = 1,

    /// <summary>It must not exist; created (mode 0600) for reading and writing.</summary>
    CreateNew = 2,
}
