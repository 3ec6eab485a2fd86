using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// A complete snapshot being read, on any one thread. If it was deleted meanwhile, closing it is what deletes it, and
/// throws what the disk says then.
/// </summary>
internal sealed class SnapshotSource : ISnapshotSource
{
    private readonly IFileSystem _fileSystem;
    private readonly StoredSnapshot _stored;
    private readonly SnapshotFiles _files;
    private bool _isClosed;

    /// <summary>A source over files that were checked; its reader was counted.</summary>
    public SnapshotSource(IFileSystem fileSystem, StoredSnapshot stored, SnapshotFiles files)
    {
        _fileSystem = fileSystem;
        _stored = stored;
        _files = files;
    }

    /// <inheritdoc/>
    public SnapshotMeta Meta => _files.Manifest.Meta;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Manifest => _files.Manifest.Bytes;

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> Files => _files.Manifest.Files;

    /// <inheritdoc/>
    public int Read(string file, long offsetBytes, Span<byte> into)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return _files.Read(file, offsetBytes, into);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        _files.Dispose();
        if (_stored.Leave())
        {
            SnapshotGroup.Discard(_fileSystem, _stored.Path);
        }
    }
}
