using System.Diagnostics;

namespace Sampan.Io.Tests;

/// <summary>A theory whose program runs under strace; skipped, with the reason, where that is not to be had.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StraceTheoryAttribute : TheoryAttribute
{
    private static readonly Lazy<string?> _absence = new(FindAbsence);

    /// <summary>Skips the theory if strace cannot run a program here.</summary>
    public StraceTheoryAttribute() => Skip = _absence.Value;

    private static string? FindAbsence()
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("strace", ["-f", "-o", "/dev/null", "true"])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
            });
            process?.WaitForExit();
            return process?.ExitCode == 0 ? null : "strace may not trace programs here";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "strace is not installed (eng/peers does it)";
        }
    }
}
