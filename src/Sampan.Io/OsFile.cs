using Microsoft.Win32.SafeHandles;

namespace Sampan.Io;

/// <summary>
/// An open file of the operating system. Data goes through the runtime, which finishes short writes and repeats
/// interrupted calls; syncs do not (see <see cref="LibC"/>).
/// </summary>
internal sealed class OsFile : IFile
{
    private readonly FileStream _owner;
    private readonly SafeFileHandle _handle;
    private readonly string _path;
    private readonly bool _mayWrite;

    /// <summary>Takes over an unbuffered stream, for its handle.</summary>
    public OsFile(FileStream owner, string path, bool mayWrite)
    {
        _owner = owner;
        _handle = owner.SafeFileHandle;
        _path = path;
        _mayWrite = mayWrite;
    }

    /// <inheritdoc/>
    public long LengthBytes
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(_handle);
            }
            catch (IOException thrown)
            {
                throw Errno.Wrapped(thrown, "fstat", _path);
            }
        }
    }

    /// <inheritdoc/>
    public int Read(long offsetBytes, Span<byte> into)
    {
        try
        {
            var read = 0;
            while (read < into.Length)
            {
                var count = RandomAccess.Read(_handle, into[read..], offsetBytes + read);
                if (count == 0)
                {
                    break;
                }

                read += count;
            }

            return read;
        }
        catch (IOException thrown)
        {
            throw Errno.Wrapped(thrown, "read", _path);
        }
        catch (UnauthorizedAccessException thrown)
        {
            throw Errno.Wrapped(thrown, "read", _path);
        }
    }

    /// <inheritdoc/>
    public void Write(long offsetBytes, ReadOnlySpan<byte> from)
    {
        ThrowIfReadOnly("write");
        try
        {
            RandomAccess.Write(_handle, from, offsetBytes);
        }
        catch (IOException thrown)
        {
            throw Errno.Wrapped(thrown, "write", _path);
        }
        catch (UnauthorizedAccessException thrown)
        {
            throw Errno.Wrapped(thrown, "write", _path);
        }
    }

    /// <inheritdoc/>
    public void SetLength(long lengthBytes)
    {
        ThrowIfReadOnly("ftruncate");
        try
        {
            RandomAccess.SetLength(_handle, lengthBytes);
        }
        catch (IOException thrown)
        {
            throw Errno.Wrapped(thrown, "ftruncate", _path);
        }
        catch (UnauthorizedAccessException thrown)
        {
            throw Errno.Wrapped(thrown, "ftruncate", _path);
        }
    }

    /// <inheritdoc/>
    public void SyncData() => OsSync.File(_handle, _path, dataOnly: true);

    /// <inheritdoc/>
    public void Sync() => OsSync.File(_handle, _path, dataOnly: false);

    /// <inheritdoc/>
    public void Dispose() => _owner.Dispose();

    private void ThrowIfReadOnly(string operation)
    {
        if (!_mayWrite)
        {
            throw new FileSystemException(FileFailure.Denied, operation, _path, "the file is open for reading only");
        }
    }
}
