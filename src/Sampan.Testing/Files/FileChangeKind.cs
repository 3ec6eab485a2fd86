namespace Sampan.Testing.Files;

/// <summary>What an unsettled change of a file is.</summary>
internal enum FileChangeKind
{
    /// <summary>Bytes were written, perhaps beyond the end; or the file was extended.</summary>
    Write = 0,

    /// <summary>The file was cut.</summary>
    Cut = 1,

    /// <summary>No change: everything before it is durable from the end of this call on.</summary>
    Sync = 2,
}
