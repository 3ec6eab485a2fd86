using System.Diagnostics;

namespace Sampan.Io.Tests;

/// <summary>
/// Purpose: what the system calls a failure is a failure for us. The runtime's own sync calls do not pass this test. A
/// sync that failed is the disk's end whatever the system says of it: a full disk ends only calls that changed nothing.
/// </summary>
public sealed class InjectedFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [StraceTheory]
    [InlineData("sync-data", "fdatasync:error=EIO", "fdatasync Device")]
    [InlineData("sync", "fsync:error=EIO", "fsync Device")]
    [InlineData("sync-directory", "fsync:error=EIO", "fsync Device")]
    [InlineData("sync-data", "fdatasync:error=ENOSPC", "fdatasync Device")]
    [InlineData("sync-data", "fdatasync:error=EDQUOT", "fdatasync Device")]
    [InlineData("sync", "fsync:error=ENOSPC", "fsync Device")]
    [InlineData("sync-directory", "fsync:error=ENOSPC", "fsync Device")]
    [InlineData("sync-directory", "fsync:error=EDQUOT", "fsync Device")]
    [InlineData("sync-data", "fdatasync:error=EINTR:when=1", "done")]
    [InlineData("write", "pwrite64:error=EIO", "write Device")]
    [InlineData("write", "pwrite64:error=ENOSPC", "write NoSpace")]
    [InlineData("write", "pwrite64:retval=2:when=1", "done")]
    [InlineData("read", "pread64:error=EIO", "read Device")]
    [InlineData("rename", "?rename,?renameat,?renameat2:error=EIO", "rename Device")]
    [InlineData("rename", "?rename,?renameat,?renameat2:error=EROFS", "rename Denied")]
    [InlineData("delete", "?unlink,?unlinkat:error=EIO", "unlink Device")]
    [InlineData("exists", "?lstat,?stat,?newfstatat,?statx:error=EIO", "stat Device")]
    public async Task A_call_that_the_system_fails_throws(string call, string injected, string expected)
    {
        var calls = injected[..injected.IndexOf(':', StringComparison.Ordinal)];
        string[] paths = call is "sync-directory" ? ["-P", _folder.Path] : ["-P", $"{_folder.Path}/probe"];
        var start = new ProcessStartInfo(
            "strace",
            [
                "-f", "--seccomp-bpf", "-o", "/dev/null", "-e", $"trace={calls}", "-e", $"inject={injected}", .. paths,
                Environment.ProcessPath ?? "dotnet", typeof(Probe).Assembly.Location, call, _folder.Path,
            ])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start);
        Assert.NotNull(process);
        var output = await process.StandardOutput.ReadToEndAsync(CancellationToken.None);

        Assert.Equal(expected, output.Trim());
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Dispose();
}
