using System.Runtime.InteropServices;

namespace Sampan.Io;

/// <summary>
/// Numbers of errors, and what they mean to us. Those that differ from system to system are known for Linux and macOS;
/// what is not known is taken for a broken device, which stops the store.
/// </summary>
internal static class Errno
{
    /// <summary>EPERM.</summary>
    public const int NotPermitted = 1;

    /// <summary>ENOENT.</summary>
    public const int NoEntry = 2;

    /// <summary>EINTR.</summary>
    public const int Interrupted = 4;

    /// <summary>EACCES.</summary>
    public const int Access = 13;

    /// <summary>EEXIST.</summary>
    public const int Exists = 17;

    /// <summary>ENOTDIR.</summary>
    public const int NotDirectory = 20;

    /// <summary>EISDIR.</summary>
    public const int IsDirectory = 21;

    /// <summary>ENOSPC.</summary>
    public const int NoSpace = 28;

    /// <summary>EROFS.</summary>
    public const int ReadOnly = 30;

    /// <summary>EWOULDBLOCK.</summary>
    public static int WouldBlock { get; } = OperatingSystem.IsLinux() ? 11 : 35;

    private static int NotEmpty { get; } = OperatingSystem.IsLinux() ? 39 : 66;

    private static int Quota { get; } = OperatingSystem.IsLinux() ? 122 : 69;

    /// <summary>What kind of failure a number is.</summary>
    public static FileFailure FailureOf(int errno) => errno switch
    {
        NoEntry or NotDirectory => FileFailure.NotFound,
        Exists => FileFailure.Exists,
        NotPermitted or Access or ReadOnly or IsDirectory => FileFailure.Denied,
        NoSpace => FileFailure.NoSpace,
        _ when errno == Quota => FileFailure.NoSpace,
        _ when errno == NotEmpty => FileFailure.Exists,
        _ => FileFailure.Device,
    };

    /// <summary>The exception for a call of <see cref="LibC"/> that just failed.</summary>
    public static FileSystemException Last(string operation, string path) =>
        Named(Marshal.GetLastPInvokeError(), operation, path);

    /// <summary>
    /// The exception for a sync that just failed. Whatever the number says, nobody knows any more what the disk holds:
    /// the kernel may call pages and names clean that never reached it, so no later sync proves anything.
    /// </summary>
    public static FileSystemException LastOfSync(string operation, string path) => new(
        FileFailure.Device, operation, path, Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()));

    /// <summary>The exception for a number.</summary>
    public static FileSystemException Named(int errno, string operation, string path) =>
        new(FailureOf(errno), operation, path, Marshal.GetPInvokeErrorMessage(errno));

    /// <summary>The exception for one that the runtime threw.</summary>
    public static FileSystemException Wrapped(IOException thrown, string operation, string path) =>
        // Apart from the absence of a file, the runtime puts the number of the system's error there.
        thrown is FileNotFoundException or DirectoryNotFoundException
            ? new FileSystemException(FileFailure.NotFound, operation, path, thrown.Message)
            : new FileSystemException(FailureOf(thrown.HResult), operation, path, thrown.Message);

    /// <summary>The exception for one that the runtime threw for permissions, or for a directory.</summary>
    public static FileSystemException Wrapped(UnauthorizedAccessException thrown, string operation, string path) =>
        new(FileFailure.Denied, operation, path, thrown.Message);
}
