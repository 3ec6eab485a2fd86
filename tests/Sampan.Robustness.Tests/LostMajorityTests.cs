using Xunit.Abstractions;

namespace Sampan.Robustness.Tests;

/// <summary>
/// Real processes: all are killed, two lose their disks or stay away, and the third is made to go on alone (I-36).
/// </summary>
[Collection(MemberCluster.TestsName)]
public sealed class LostMajorityTests
{
    private const string Confirmation = "--give-up-others";

    private readonly ITestOutputHelper _output;

    /// <summary>Tests that tell what was said.</summary>
    public LostMajorityTests(ITestOutputHelper output) => _output = output;

    [Fact]
    public async Task One_of_three_is_left_and_serves_all_that_it_held()
    {
        using var cluster = new MemberCluster();
        var writers = new Writers(cluster, seed: 4);
        await cluster.ReadyAsync(0, 1, 2);
        await WriteAsync(cluster, writers, 1_500);
        // All of it is at every member, so any of them may be the one that is left.
        await Checks.AllAsync(cluster, writers);
        var left = (await cluster.LeaderAsync() + 1) % 3;
        var (wiped, away) = ((left + 1) % 3, (left + 2) % 3);
        var path = cluster.Members[left].DataPath;
        var running = await MemberProcess.RunAsync("recover", path, Confirmation);
        Assert.Equal(1, running.Code);
        Assert.Contains("is in use by a running store; stop the store first", running.Said, StringComparison.Ordinal);

        cluster.Members.ForEach(member => member.Kill());
        Directory.Delete(cluster.Members[wiped].DataPath, recursive: true);
        var recovered = await MemberProcess.RunAsync("recover", path, Confirmation);
        Assert.True(recovered.Code == 0, recovered.Said);
        _output.WriteLine(recovered.Said);
        cluster.Members[left].Start();
        await cluster.ReadyAsync(left);
        await Checks.WritesAsync(cluster, writers, left);
        writers.Targets = [left];
        await WriteAsync(cluster, writers, 500);

        // Those that come back stop, and say what to do; the one that is left does not notice.
        foreach (var back in (int[])[wiped, away])
        {
            cluster.Members[back].Start();
            await cluster.UntilAsync(
                $"m{back} stops", () => Task.FromResult(cluster.Members[back].ExitCode is not null));
            Assert.Equal(1, cluster.Members[back].ExitCode);
            // An empty one may have been accepted before it would begin the group anew; then it is not let do that.
            var reason = back == away ? "belongs to the majority that was given up by `recover`; empty" : "`recover`";
            Assert.Contains(
                cluster.Members[back].Said.TakeLast(5), line => line.Contains(reason, StringComparison.Ordinal));
        }

        await WriteAsync(cluster, writers, 500);
        cluster.Members[left].Kill();
        cluster.Members[left].Start();
        await cluster.ReadyAsync(left);
        var revision = await Checks.WritesAsync(cluster, writers, left);
        _output.WriteLine($"{writers.Acknowledged.Count} writes kept, revision {revision}");
    }

    private static async Task WriteAsync(MemberCluster cluster, Writers writers, int count)
    {
        using var end = new CancellationTokenSource();
        var writing = writers.RunAsync(end.Token);
        await Checks.MoreWritesAsync(cluster, writers, count);
        await end.CancelAsync();
        await writing;
    }
}
