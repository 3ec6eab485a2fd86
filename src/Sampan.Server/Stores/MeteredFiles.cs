using Sampan.Io;
using Sampan.Server.Doors;

namespace Sampan.Server.Stores;

/// <summary>Files whose data syncs, which are those of the log, are timed. Nothing else is changed.</summary>
internal sealed class MeteredFiles : IFileSystem
{
    private readonly IFileSystem _files;
    private readonly DurationHistogram _syncs;
    private readonly TimeProvider _time;

    /// <summary>Times the syncs of these files.</summary>
    public MeteredFiles(IFileSystem files, DurationHistogram syncs, TimeProvider time)
    {
        _files = files;
        _syncs = syncs;
        _time = time;
    }

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode) => new MeteredFile(_files.Open(path, mode), this);

    /// <inheritdoc/>
    public bool FileExists(string path) => _files.FileExists(path);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) => _files.DirectoryExists(path);

    /// <inheritdoc/>
    public void CreateDirectory(string path) => _files.CreateDirectory(path);

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path) => _files.List(path);

    /// <inheritdoc/>
    public void Rename(string from, string to) => _files.Rename(from, to);

    /// <inheritdoc/>
    public void DeleteFile(string path) => _files.DeleteFile(path);

    /// <inheritdoc/>
    public void DeleteDirectory(string path) => _files.DeleteDirectory(path);

    /// <inheritdoc/>
    public void SyncDirectory(string path) => _files.SyncDirectory(path);

    /// <inheritdoc/>
    public IDisposable? TryLock(string path) => _files.TryLock(path);

    private sealed class MeteredFile(IFile file, MeteredFiles owner) : IFile
    {
        public long LengthBytes => file.LengthBytes;

        public int Read(long offsetBytes, Span<byte> into) => file.Read(offsetBytes, into);

        public void Write(long offsetBytes, ReadOnlySpan<byte> from) => file.Write(offsetBytes, from);

        public void SetLength(long lengthBytes) => file.SetLength(lengthBytes);

        public void SyncData()
        {
            var begun = owner._time.GetTimestamp();
            file.SyncData();
            owner._syncs.Add(owner._time.GetElapsedTime(begun));
        }

        public void Sync() => file.Sync();

        public void Dispose() => file.Dispose();
    }
}
