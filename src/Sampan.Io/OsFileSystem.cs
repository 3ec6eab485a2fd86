using System.Runtime.InteropServices;

namespace Sampan.Io;

/// <summary>
/// The files of the operating system. Syncs are fdatasync and fsync, called by ourselves and checked; a directory is
/// synced by opening it and calling fsync. Files are created with mode 0600, directories with 0700, both under the
/// process's mask. Any thread.
/// <para>
/// Linux is what is tested. On other Unix systems fsync stands in for fdatasync, and durability is what fsync means
/// there (on macOS not the drive's own cache). On Windows it refuses to be made: nothing there was tried.
/// </para>
/// </summary>
public sealed class OsFileSystem : IFileSystem
{
    private const UnixFileMode FileMode0600 = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const uint DirectoryMode0700 = 0x1C0;
    private const int LockExclusiveNonBlocking = 2 | 4;

    /// <summary>The files of this machine.</summary>
    /// <exception cref="PlatformNotSupportedException">The operating system is Windows.</exception>
    public OsFileSystem()
    {
        if (OperatingSystem.IsWindows())
        {
            throw new PlatformNotSupportedException(
                "OsFileSystem needs a Unix system: what a sync promises on Windows has not been tested.");
        }
    }

    /// <inheritdoc/>
    public IFile Open(string path, FileOpenMode mode)
    {
        Check(path);
        var system = mode == FileOpenMode.CreateNew ? FileMode.CreateNew : FileMode.Open;
        var mayWrite = mode != FileOpenMode.Read;
        try
        {
            return new OsFile(OpenStream(path, system, mayWrite), path, mayWrite);
        }
        catch (IOException thrown)
        {
            throw Errno.Wrapped(thrown, "open", path);
        }
        catch (UnauthorizedAccessException thrown)
        {
            throw Errno.Wrapped(thrown, "open", path);
        }
    }

    /// <inheritdoc/>
    public bool FileExists(string path) => AttributesOf(path) is { } found && !found.HasFlag(FileAttributes.Directory);

    /// <inheritdoc/>
    public bool DirectoryExists(string path) =>
        AttributesOf(path) is { } found && found.HasFlag(FileAttributes.Directory);

    /// <inheritdoc/>
    public void CreateDirectory(string path)
    {
        Check(path);
        if (LibC.MakeDirectory(path, DirectoryMode0700) == 0)
        {
            return;
        }

        var failure = Errno.Last("mkdir", path);
        if (failure.Failure != FileFailure.Exists || !DirectoryExists(path))
        {
            throw failure;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List(string path)
    {
        var names = EntriesOf(path).ConvertAll(entry => entry.Name);
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    public void Rename(string from, string to)
    {
        Check(from);
        Check(to);
        if (LibC.Rename(from, to) == 0)
        {
            return;
        }

        throw Marshal.GetLastPInvokeError() switch
        {
            // What stands at the new name is of another kind.
            Errno.NotDirectory or Errno.IsDirectory => new FileSystemException(
                FileFailure.Exists,
                "rename",
                to,
                Marshal.GetLastPInvokeErrorMessage()),
            _ => Errno.Last("rename", from),
        };
    }

    /// <inheritdoc/>
    public void DeleteFile(string path)
    {
        Check(path);
        if (LibC.Unlink(path) != 0 && Marshal.GetLastPInvokeError() != Errno.NoEntry)
        {
            throw Errno.Last("unlink", path);
        }
    }

    /// <inheritdoc/>
    public void DeleteDirectory(string path)
    {
        if (AttributesOf(path) is null)
        {
            return;
        }

        foreach (var entry in EntriesOf(path))
        {
            var inner = Path.Combine(path, entry.Name);
            // A link is removed, never followed.
            if (entry.Attributes.HasFlag(FileAttributes.Directory) && entry.LinkTarget is null)
            {
                DeleteDirectory(inner);
            }
            else
            {
                DeleteFile(inner);
            }
        }

        if (LibC.RemoveDirectory(path) != 0 && Marshal.GetLastPInvokeError() != Errno.NoEntry)
        {
            throw Errno.Last("rmdir", path);
        }
    }

    /// <inheritdoc/>
    public void SyncDirectory(string path)
    {
        Check(path);
        OsSync.Directory(path);
    }

    /// <inheritdoc/>
    public IDisposable? TryLock(string path)
    {
        Check(path);
        FileStream stream;
        try
        {
            stream = OpenStream(path, FileMode.OpenOrCreate, mayWrite: true);
        }
        catch (IOException thrown) when (thrown.HResult == Errno.WouldBlock)
        {
            // The runtime takes a shared lock when it opens, and another holder has the exclusive one.
            return null;
        }
        catch (IOException thrown)
        {
            throw Errno.Wrapped(thrown, "open", path);
        }
        catch (UnauthorizedAccessException thrown)
        {
            throw Errno.Wrapped(thrown, "open", path);
        }

        if (LibC.Lock((int)stream.SafeFileHandle.DangerousGetHandle(), LockExclusiveNonBlocking) == 0)
        {
            return stream;
        }

        var isHeld = Marshal.GetLastPInvokeError() == Errno.WouldBlock;
        var failure = Errno.Last("flock", path);
        stream.Dispose();
        return isHeld ? null : throw failure;
    }

    // A zero byte would end the path early on its way to the system: another file than the one that was named.
    private static void Check(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (path.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("a path holds no zero byte", nameof(path));
        }
    }

    private static FileStream OpenStream(string path, FileMode mode, bool mayWrite)
    {
        var options = new FileStreamOptions
        {
            Mode = mode,
            Access = mayWrite ? FileAccess.ReadWrite : FileAccess.Read,
            Share = FileShare.ReadWrite | FileShare.Delete,
            BufferSize = 0,
        };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode0600;
        }

        return new FileStream(path, options);
    }

    // Null if nothing is there. Anything else that goes wrong is told: a file that cannot be seen is not absent.
    private static FileAttributes? AttributesOf(string path)
    {
        Check(path);
        try
        {
            return File.GetAttributes(path);
        }
        catch (IOException thrown)
        {
            var failure = Errno.Wrapped(thrown, "stat", path);
            return failure.Failure == FileFailure.NotFound ? null : throw failure;
        }
        catch (UnauthorizedAccessException thrown)
        {
            throw Errno.Wrapped(thrown, "stat", path);
        }
    }

    private static List<FileSystemInfo> EntriesOf(string path)
    {
        Check(path);
        try
        {
            return [.. new DirectoryInfo(path).EnumerateFileSystemInfos()];
        }
        catch (IOException thrown)
        {
            throw Errno.Wrapped(thrown, "list", path);
        }
        catch (UnauthorizedAccessException thrown)
        {
            throw Errno.Wrapped(thrown, "list", path);
        }
    }
}
