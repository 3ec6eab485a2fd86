using System.Diagnostics;

namespace Sampan.Robustness.Tests;

/// <summary>A fact that attaches strace to a process; skipped, with the reason, where that cannot be done.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StraceFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> _absence = new(FindAbsence);

    /// <summary>Skips the fact if strace cannot be attached here.</summary>
    public StraceFactAttribute() => Skip = _absence.Value;

    private static string? FindAbsence()
    {
        if (!OperatingSystem.IsLinux() || Environment.UserName != "root")
        {
            return "only root may attach strace to a process";
        }

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
