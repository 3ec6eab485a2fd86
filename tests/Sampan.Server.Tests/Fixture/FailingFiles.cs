using Sampan.Io;

namespace Sampan.Server.Tests.Fixture;

/// <summary>
/// The files of this machine, whose data syncs fail once the test says so: all of them, or those of the log's writer.
/// </summary>
internal sealed class FailingFiles : IFileSystem
{
    private readonly OsFileSystem _files = new();

    public bool IsBroken { get; set; }

    public bool IsBrokenForWriter { get; set; }

    // The thread that writes the log has one of these names, by the number of processors.
    private bool Fails => IsBroken || (IsBrokenForWriter && Thread.CurrentThread.Name is "raft" or "log-writer");

    public IFile Open(string path, FileOpenMode mode) => new FailingFile(_files.Open(path, mode), path, this);

    public bool FileExists(string path) => _files.FileExists(path);

    public bool DirectoryExists(string path) => _files.DirectoryExists(path);

    public void CreateDirectory(string path) => _files.CreateDirectory(path);

    public IReadOnlyList<string> List(string path) => _files.List(path);

    public void Rename(string from, string to) => _files.Rename(from, to);

    public void DeleteFile(string path) => _files.DeleteFile(path);

    public void DeleteDirectory(string path) => _files.DeleteDirectory(path);

    public void SyncDirectory(string path) => _files.SyncDirectory(path);

    public IDisposable? TryLock(string path) => _files.TryLock(path);

    private sealed class FailingFile(IFile file, string path, FailingFiles owner) : IFile
    {
        public long LengthBytes => file.LengthBytes;

        public int Read(long offsetBytes, Span<byte> into) => file.Read(offsetBytes, into);

        public void Write(long offsetBytes, ReadOnlySpan<byte> from) => file.Write(offsetBytes, from);

        public void SetLength(long lengthBytes) => file.SetLength(lengthBytes);

        public void SyncData()
        {
            if (owner.Fails)
            {
                throw new FileSystemException(FileFailure.Device, "fdatasync", path, "Input/output error");
            }

            file.SyncData();
        }

        public void Sync() => file.Sync();

        public void Dispose() => file.Dispose();
    }
}
