namespace Sampan.Testing.Files;

/// <summary>What an unsettled change of names is.</summary>
internal enum NameChangeKind
{
    /// <summary>A file or directory was created.</summary>
    Create = 0,

    /// <summary>A file or an empty directory was deleted.</summary>
    Delete = 1,

    /// <summary>It was renamed, at once in both places.</summary>
    Rename = 2,

    /// <summary>No change: what stands before it in that directory is durable from the end of this call on.</summary>
    Sync = 3,
}
