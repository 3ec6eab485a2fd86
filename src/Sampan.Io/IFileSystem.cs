namespace Sampan.Io;

/// <summary>
/// The files of one store. What is durable when: data of a file after <see cref="IFile.Sync"/> or
/// <see cref="IFile.SyncData"/>; its name, a rename, a deletion after <see cref="SyncDirectory"/> of the directory.
/// Nothing else is promised, and a crash may keep any part of the rest. All calls block; all failures throw
/// <see cref="FileSystemException"/>. Paths are absolute or relative to the working directory, as the operating system
/// takes them.
/// </summary>
public interface IFileSystem
{
    /// <summary>Opens a file for reading and, unless <paramref name="mode"/> says otherwise, writing.</summary>
    IFile Open(string path, FileOpenMode mode);

    /// <summary>Whether a file is there.</summary>
    bool FileExists(string path);

    /// <summary>Whether a directory is there.</summary>
    bool DirectoryExists(string path);

    /// <summary>Creates a directory (mode 0700) whose parent exists; nothing if it is there already.</summary>
    void CreateDirectory(string path);

    /// <summary>The names (not paths) of the files and directories in a directory, in ordinal order.</summary>
    IReadOnlyList<string> List(string path);

    /// <summary>Renames a file or directory, atomically, replacing a file of that name.</summary>
    void Rename(string from, string to);

    /// <summary>Deletes a file; nothing if it is not there.</summary>
    void DeleteFile(string path);

    /// <summary>Deletes a directory and all that is in it; nothing if it is not there.</summary>
    void DeleteDirectory(string path);

    /// <summary>
    /// Makes the names in a directory durable: creations, renames, deletions. A failure is
    /// <see cref="FileFailure.Device"/> for whatever reason, as of every sync.
    /// </summary>
    void SyncDirectory(string path);

    /// <summary>
    /// Takes an exclusive lock that ends with the process or with disposal; null if another holder has it.
    /// </summary>
    IDisposable? TryLock(string path);
}
