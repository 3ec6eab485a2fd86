using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Sampan.Clients.Tests;

/// <summary>etcd's own client, unmodified.</summary>
internal static partial class Etcdctl
{
    /// <summary>Runs a command, whose parts are separated by spaces; returns its exit code and what it wrote.</summary>
    public static async Task<string> RunAsync(string endpoints, string command, string input = "")
    {
        var start = new ProcessStartInfo("etcdctl")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        start.Environment["ETCDCTL_API"] = "3";
        start.ArgumentList.Add($"--endpoints={endpoints}");
        foreach (var part in command.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            start.ArgumentList.Add(part);
        }

        using var process = Process.Start(start)
            ?? throw new InvalidOperationException("etcdctl could not be started");
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        // What is logged on the way to an error names addresses and times; the error itself comes last.
        var error = errors.Split('\n').LastOrDefault(line => line.StartsWith("Error:", StringComparison.Ordinal));
        return $"exit {process.ExitCode}\n{await output}{error}";
    }

    /// <summary>Takes out what differs from one cluster to the other: ids and terms.</summary>
    public static string Normalise(string output) => Ids().Replace(output, "${name} ID");

    [GeneratedRegex(
        "(?<name>\"(cluster_id|member_id|raft_term)\":|\"(ClusterID|MemberID|RaftTerm)\" :)\\s*\\d+",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Ids();
}
