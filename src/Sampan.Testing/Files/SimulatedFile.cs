using Sampan.Io;

namespace Sampan.Testing.Files;

/// <summary>An open file of a <see cref="SimulatedFileSystem"/>.</summary>
internal sealed class SimulatedFile : IFile
{
    private readonly SimulatedFileSystem _owner;
    private readonly StoredFile _stored;
    private readonly string _path;
    private readonly bool _mayWrite;
    private bool _isClosed;

    /// <summary>Opens a stored file.</summary>
    public SimulatedFile(SimulatedFileSystem owner, StoredFile stored, string path, bool mayWrite)
    {
        _owner = owner;
        _stored = stored;
        _path = path;
        _mayWrite = mayWrite;
    }

    /// <inheritdoc/>
    public long LengthBytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            _owner.ThrowIfDead();
            return _stored.Live.LengthBytes;
        }
    }

    /// <inheritdoc/>
    public int Read(long offsetBytes, Span<byte> into)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        var call = Enter(FileCallKind.Read, into.Length);
        SimulatedFileSystem.ThrowIfFailed(call);
        var count = _stored.Live.Read(offsetBytes, into);
        _owner.Leave(call);
        return count;
    }

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> from)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        var call = Enter(FileCallKind.Write, from.Length);
        ThrowIfReadOnly("write");
        var part = call.IsCutShort ? _owner.DrawOf(call).NextBelow(from.Length + 1) : from.Length;
        var fitting = _owner.Fitting(_stored, offsetBytes, part);
        _stored.Write(offsetBytes, from[..fitting], call.Times);
        _owner.Leave(call);
        if (fitting < part)
        {
            _owner.Failing?.Invoke(call.Call, FileFailure.NoSpace);
            throw new FileSystemException(FileFailure.NoSpace, "write", _path, "no space left on device");
        }
    }

    /// <inheritdoc/>
    public void SetLength(long lengthBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(lengthBytes);
        var call = Enter(FileCallKind.SetLength, 0);
        ThrowIfReadOnly("ftruncate");
        SimulatedFileSystem.ThrowIfFailed(call);
        _stored.SetLength(lengthBytes, call.Times);
        _owner.Leave(call);
    }

    /// <inheritdoc/>
    public void SyncData() => Sync(FileCallKind.SyncData);

    /// <inheritdoc/>
    public void Sync() => Sync(FileCallKind.Sync);

    /// <inheritdoc/>
    public void Dispose() => _isClosed = true;

    private void Sync(FileCallKind kind)
    {
        var call = Enter(kind, 0);
        if (call.Fault is not null)
        {
            _stored.FailSync(_owner.DrawOf(call));
        }
        else if (!call.IsCutShort)
        {
            _stored.Sync(call.Times, _owner.Floor);
        }

        _owner.Leave(call);
    }

    private EnteredCall Enter(FileCallKind kind, int sizeBytes)
    {
        ObjectDisposedException.ThrowIf(_isClosed, this);
        return _owner.Enter(kind, _path, sizeBytes);
    }

    private void ThrowIfReadOnly(string operation)
    {
        if (!_mayWrite)
        {
            throw new FileSystemException(FileFailure.Denied, operation, _path, "the file is open for reading only");
        }
    }
}
