using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// A snapshot being written into a temporary directory: taken here, or received, and then every file must be what the
/// sender's manifest says. A call that threw ends it: what is left is to dispose it, which deletes what was written.
/// </summary>
/// <remarks>
/// The order that makes it durable. 1. Each file: written, then fsync. 2. The manifest, which names all of them: fsync.
/// 3. The temporary directory: fsync, so that the names are there. 4. Rename into place. 5. The group's directory:
/// fsync. Only then does <see cref="Commit"/> return, and only then may anybody mark it in the log.
/// </remarks>
internal sealed class SnapshotSink : ISnapshotSink
{
    private const int BufferBytes = 64 * 1024;

    private readonly IFileSystem _fileSystem;
    private readonly SnapshotGroup _group;
    private readonly SnapshotName _name;
    private readonly SnapshotManifest? _expected;
    private readonly List<SnapshotFile> _finished = [];
    private readonly byte[] _buffer = new byte[BufferBytes];

    private IFile? _file;
    private string _fileName = string.Empty;
    private long _writtenBytes;
    private int _bufferedBytes;
    private uint _crc;
    private string _path;
    private SinkState _state;

    /// <summary>A sink into a temporary directory that exists and is empty.</summary>
    public SnapshotSink(
        IFileSystem fileSystem, SnapshotGroup group, SnapshotName name, SnapshotMeta meta, SnapshotManifest? expected)
    {
        _fileSystem = fileSystem;
        _group = group;
        _name = name;
        _expected = expected;
        Meta = meta;
        _path = group.PathOf(name) + SnapshotName.TemporarySuffix;
    }

    /// <inheritdoc/>
    public SnapshotMeta Meta { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> ExpectedFiles => _expected?.Files ?? [];

    /// <inheritdoc/>
    public long LengthBytes { get; private set; }

    /// <inheritdoc/>
    public void BeginFile(string name)
    {
        if (!PlainName.IsPlain(name))
        {
            throw new ArgumentException($"\"{name}\" is not a plain name of a snapshot file", nameof(name));
        }

        Begin();
        try
        {
            FinishFile();
            Expect(name);
            _file = _fileSystem.Open(Path.Combine(_path, name), FileOpenMode.CreateNew);
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw Full(failure);
        }

        (_fileName, _writtenBytes, _bufferedBytes, _crc) = (name, 0, 0, 0);
        _state = SinkState.Open;
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        Begin();
        if (_file is null)
        {
            throw new InvalidOperationException("bytes of a snapshot before its first file");
        }

        try
        {
            Append(bytes);
            LengthBytes += bytes.Length;
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw Full(failure);
        }

        _state = SinkState.Open;
    }

    /// <inheritdoc/>
    public void Commit()
    {
        Begin();
        try
        {
            FinishFile();
            if (_finished.Count < ExpectedFiles.Count)
            {
                throw Damaged($"{_finished.Count} of {ExpectedFiles.Count} files arrived");
            }

            Publish(_expected ?? SnapshotManifest.Encode(_group.Id, Meta, _finished));
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw Full(failure);
        }

        _state = SinkState.Committed;
        _group.Add(new StoredSnapshot(_path, _name, Meta));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        if (_state is SinkState.Committed or SinkState.Closed)
        {
            return;
        }

        _state = SinkState.Closed;
        try
        {
            // Not marked and therefore without meaning, so it may be deleted half.
            _fileSystem.DeleteDirectory(_path);
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            // Some file systems need room to delete. It is deleted at the next start; its name is not used till then.
        }
    }

    private void Begin()
    {
        if (_state != SinkState.Open)
        {
            throw new InvalidOperationException($"the snapshot {Meta.Last} is no longer being written");
        }

        _state = SinkState.Broken;
    }

    private void Expect(string name)
    {
        if (_expected is null)
        {
            if (_finished.Count == SnapshotManifest.FilesMax)
            {
                throw new InvalidOperationException($"a snapshot has at most {SnapshotManifest.FilesMax} files");
            }

            if (_finished.Exists(file => string.Equals(file.Name, name, StringComparison.Ordinal)))
            {
                throw new ArgumentException($"the snapshot has a file {name} already", nameof(name));
            }
        }
        else if (_finished.Count == _expected.Files.Count
            || !string.Equals(_expected.Files[_finished.Count].Name, name, StringComparison.Ordinal))
        {
            throw Damaged($"file {_finished.Count + 1} is called {name}, which is not what its manifest says");
        }
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var expectedBytes = _expected?.Files[_finished.Count].LengthBytes ?? long.MaxValue;
        if (bytes.Length > expectedBytes - _writtenBytes - _bufferedBytes)
        {
            throw Damaged($"{_fileName} is longer than its manifest says");
        }

        while (bytes.Length > 0)
        {
            var count = Math.Min(bytes.Length, BufferBytes - _bufferedBytes);
            bytes[..count].CopyTo(_buffer.AsSpan(_bufferedBytes));
            _bufferedBytes += count;
            bytes = bytes[count..];
            if (_bufferedBytes == BufferBytes)
            {
                WriteBuffer();
            }
        }
    }

    private void WriteBuffer()
    {
        Invariant.Holds(_file is not null);
        var bytes = _buffer.AsSpan(0, _bufferedBytes);
        _file.Write(_writtenBytes, bytes);
        _crc = Crc32C.Append(_crc, bytes);
        _writtenBytes += _bufferedBytes;
        _bufferedBytes = 0;
    }

    private void FinishFile()
    {
        if (_file is null)
        {
            return;
        }

        if (_bufferedBytes > 0)
        {
            WriteBuffer();
        }

        var finished = new SnapshotFile(_fileName, _writtenBytes, _crc);
        if (_expected is not null && _expected.Files[_finished.Count] != finished)
        {
            throw Damaged($"{finished} is not what its manifest says: {_expected.Files[_finished.Count]}");
        }

        _file.Sync();
        _file.Dispose();
        _file = null;
        _finished.Add(finished);
    }

    private void Publish(SnapshotManifest manifest)
    {
        using (var file = _fileSystem.Open(Path.Combine(_path, SnapshotManifest.FileName), FileOpenMode.CreateNew))
        {
            file.Write(0, manifest.Bytes.Span);
            file.Sync();
        }

        _fileSystem.SyncDirectory(_path);
        var target = _group.PathOf(_name);
        _fileSystem.Rename(_path, target);
        _path = target;
        _fileSystem.SyncDirectory(_group.Path);
    }

    private StorageFullException Full(FileSystemException failure) =>
        new($"there is no room for the snapshot {Meta.Last} of group {_group.Id}: {failure.Message}", failure);

    private StorageDamagedException Damaged(string what) =>
        new($"the snapshot {Meta.Last} of group {_group.Id} that is being received is damaged: {what}");
}
