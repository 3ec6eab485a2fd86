using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Sampan.Robustness.Tests;

/// <summary>
/// A disk that fails to sync, under a whole store: the store stops and says why, nothing acknowledged is lost, and the
/// others go on.
/// </summary>
[Collection(MemberCluster.TestsName)]
public sealed class FailedSyncTests
{
    private readonly ITestOutputHelper _output;

    /// <summary>Tests that tell what they saw.</summary>
    public FailedSyncTests(ITestOutputHelper output) => _output = output;

    [StraceFact]
    public async Task A_leader_whose_disk_fails_to_sync_stops_and_loses_nothing()
    {
        using var cluster = new MemberCluster();
        var writers = new Writers(cluster, seed: 4);
        await cluster.ReadyAsync(0, 1, 2);
        using var end = new CancellationTokenSource();
        var writing = writers.RunAsync(end.Token);
        await Checks.MoreWritesAsync(cluster, writers, 300);
        var failing = await cluster.LeaderAsync();
        var member = cluster.Members[failing];
        using (var strace = Fail(member.ProcessId, "fdatasync:error=EIO"))
        {
            await cluster.UntilAsync($"m{failing} has stopped", () => Task.FromResult(member.ExitCode is not null));
            await strace.WaitForExitAsync(CancellationToken.None);
        }

        Assert.NotEqual(0, member.ExitCode);
        var reason = member.Said.Last(line => line.Contains("can no longer be trusted", StringComparison.Ordinal));
        Assert.Contains("fdatasync", reason, StringComparison.Ordinal);
        _output.WriteLine($"exit code {member.ExitCode}; {reason}");

        writers.Targets = [.. Enumerable.Range(0, 3).Where(other => other != failing)];
        await Checks.MoreWritesAsync(cluster, writers, 300);
        member.Start();
        await cluster.ReadyAsync(failing);
        await end.CancelAsync();
        await writing;
        await Checks.AllAsync(cluster, writers);
    }

    // Every sync of the log fails from here on.
    private static Process Fail(int processId, string injected)
    {
        var start = new ProcessStartInfo(
            "strace",
            [
                "-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", $"inject={injected}",
                "-p", processId.ToString(CultureInfo.InvariantCulture),
            ])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        return Process.Start(start) ?? throw new InvalidOperationException("strace could not be started");
    }
}
