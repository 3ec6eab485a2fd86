using Sampan.Io;

namespace Sampan.Storage.Tests.Fixture;

/// <summary>
/// The operating system's files below a temporary directory, under the paths that simulated disks have in tests: so the
/// same suite runs on both.
/// </summary>
internal sealed class RootedFiles : IFileSystem, IDisposable
{
    private readonly OsFileSystem _files = new();
    private readonly string _root = Directory.CreateTempSubdirectory("sampan-storage-").FullName;

    /// <summary>Real files, with an empty directory <c>data</c> if that is wanted.</summary>
    public RootedFiles(bool hasData = false)
    {
        if (hasData)
        {
            CreateDirectory("data");
            SyncDirectory(".");
        }
    }

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode) => _files.Open(At(path), mode);

    /// <inheritdoc/>
    public bool FileExists(string path) => _files.FileExists(At(path));

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => _files.DirectoryExists(At(path));

    /// <inheritdoc/>
    public void CreateDirectory(string path) => _files.CreateDirectory(At(path));

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path) => _files.List(At(path));

    /// <inheritdoc/>
    public void Rename(string from, string to) => _files.Rename(At(from), At(to));

    /// <inheritdoc/>
    public void DeleteFile(string path) => _files.DeleteFile(At(path));

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => _files.DeleteDirectory(At(path));

    /// <inheritdoc/>
    public void SyncDirectory(string path) => _files.SyncDirectory(At(path));

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => _files.TryLock(At(path));

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(_root, recursive: true);

    private string At(string path) => Path.Combine(_root, path.TrimStart('/'));
}
