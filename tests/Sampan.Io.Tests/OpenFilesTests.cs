using System.Globalization;

namespace Sampan.Io.Tests;

/// <summary>Purpose: the limit of open files is the one that the system enforces.</summary>
public sealed class OpenFilesTests
{
    [Fact]
    public void The_limit_is_the_systems()
    {
        if (!OperatingSystem.IsLinux())
        {
            // Only Linux tells a process its limits in a file.
            Assert.InRange(OpenFiles.GetLimit(), 1, long.MaxValue);
            return;
        }

        var line = File.ReadLines("/proc/self/limits")
            .Single(one => one.StartsWith("Max open files", StringComparison.Ordinal));
        var soft = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[3];
        var expected = soft == "unlimited" ? long.MaxValue : long.Parse(soft, CultureInfo.InvariantCulture);
        Assert.Equal(expected, OpenFiles.GetLimit());
    }
}
