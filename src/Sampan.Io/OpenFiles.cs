namespace Sampan.Io;

/// <summary>How many files, sockets among them, the process may have open.</summary>
public static class OpenFiles
{
    private const int LinuxResource = 7;
    private const int MacResource = 8;

    /// <summary>
    /// The limit that holds (RLIMIT_NOFILE), which the runtime has raised to the hard one at its start;
    /// <see cref="long.MaxValue"/> where there is none, or where the system does not say.
    /// </summary>
    public static long GetLimit()
    {
        var resource = OperatingSystem.IsLinux() ? LinuxResource : OperatingSystem.IsMacOS() ? MacResource : -1;
        return resource >= 0 && LibC.GetLimit(resource, out var limit) == 0
            ? (long)Math.Min((ulong)limit.Current, long.MaxValue)
            : long.MaxValue;
    }
}
