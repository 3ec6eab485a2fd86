using System.Globalization;
using Google.Protobuf;
using Sampan.Base;
using Sampan.Protocol.Etcd;
using Xunit.Abstractions;

namespace Sampan.Robustness.Tests;

/// <summary>
/// Real processes that are killed and frozen while eight clients write. SAMPAN_ROUNDS sets the number of rounds,
/// SAMPAN_SEED what happens in them.
/// </summary>
[Collection(MemberCluster.TestsName)]
public sealed class NothingLostTests
{
    private readonly ITestOutputHelper _output;

    /// <summary>Tests that tell how far they are.</summary>
    public NothingLostTests(ITestOutputHelper output) => _output = output;

    [Fact]
    public async Task What_was_acknowledged_survives_kills_freezes_and_broken_installs()
    {
        var rounds = Setting("SAMPAN_ROUNDS", 5);
        var seed = (ulong)Setting("SAMPAN_SEED", 1);
        var prng = new Prng(seed);
        using var cluster = new MemberCluster();
        var writers = new Writers(cluster, seed);
        await cluster.ReadyAsync(0, 1, 2);
        for (var round = 1; round <= rounds; round++)
        {
            using var end = new CancellationTokenSource();
            var writing = writers.RunAsync(end.Token);
            await Checks.MoreWritesAsync(cluster, writers, 300);
            var what = await DisturbAsync(cluster, writers, (round + prng.NextBelow(4)) % 4, prng);
            await Checks.MoreWritesAsync(cluster, writers, 300);
            await end.CancelAsync();
            await writing;
            await cluster.ReadyAsync(0, 1, 2);
            var revision = await Checks.AllAsync(cluster, writers);
            _output.WriteLine($"round {round}: {what}; {writers.Acknowledged.Count} writes kept, revision {revision}");
        }
    }

    [Fact]
    public async Task A_follower_that_missed_200000_writes_and_a_compaction_comes_back_while_writes_go_on()
    {
        using var cluster = new MemberCluster();
        await cluster.ReadyAsync(0, 1, 2);
        var away = (await cluster.LeaderAsync() + 1) % 3;
        var near = (away + 1) % 3;
        cluster.Members[away].Kill();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(client => PutManyAsync(cluster, near, client, 625)));
        var status = await cluster.StatusAsync(near);
        Assert.Equal(200_001, status.Header.Revision);
        await cluster.CallAsync<CompactionRequest, CompactionResponse>(
            near, "Compact", new CompactionRequest { Revision = status.Header.Revision, Physical = true });
        var writers = new Writers(cluster, seed: 3);
        using var end = new CancellationTokenSource();
        var writing = writers.RunAsync(end.Token);
        cluster.Members[away].Start();
        await cluster.ReadyAsync(away);
        await Checks.MoreWritesAsync(cluster, writers, 200);
        await end.CancelAsync();
        await writing;
        Assert.True(await cluster.MetricAsync(away, "sampan_log_first_index") > 10_000);
        await Checks.HashesAsync(cluster, (await cluster.StatusAsync(near)).Header.Revision);
    }

    [Fact]
    public async Task A_store_whose_disk_was_wiped_is_refused_and_told_what_to_do()
    {
        using var cluster = new MemberCluster();
        var writers = new Writers(cluster, seed: 2);
        await cluster.ReadyAsync(0, 1, 2);
        using var end = new CancellationTokenSource();
        var writing = writers.RunAsync(end.Token);
        await Checks.MoreWritesAsync(cluster, writers, 300);
        var wiped = await cluster.LeaderAsync();
        var others = Enumerable.Range(0, 3).Where(member => member != wiped).ToArray();
        // A store that takes no part lets requests wait for a leader, as etcd does.
        writers.Targets = others;
        cluster.Members[wiped].Kill();
        Directory.Delete(cluster.Members[wiped].DataPath, recursive: true);
        cluster.Members[wiped].Start();
        await cluster.UntilAsync("the wiped store is refused", () => Task.FromResult(
            cluster.Members[wiped].Said.Any(line => line.Contains("do not talk", StringComparison.Ordinal))));
        await Checks.MoreWritesAsync(cluster, writers, 300);
        await end.CancelAsync();
        await writing;
        await cluster.ReadyAsync(others);
        await Checks.WritesAsync(cluster, writers, others[0]);
        var status = await cluster.StatusAsync(wiped);
        Assert.NotEqual(status.Header.MemberId, status.Leader);
        Assert.True(status.Header.Revision <= 1, "the wiped store took part");
        var refusal = cluster.Members[wiped].Said.First(line => line.Contains("do not talk", StringComparison.Ordinal));
        Assert.Contains("data directory", refusal, StringComparison.Ordinal);
        _output.WriteLine(refusal);
    }

    private static async Task<string> DisturbAsync(MemberCluster cluster, Writers writers, int kind, Prng prng)
    {
        var leader = await cluster.LeaderAsync();
        switch (kind)
        {
            case 0:
                cluster.Members[leader].Kill();
                await Checks.MoreWritesAsync(cluster, writers, 100);
                cluster.Members[leader].Start();
                return $"killed the leader, m{leader}";
            case 1:
                cluster.Members.ForEach(member => member.Kill());
                cluster.Members.ForEach(member => member.Start());
                return "killed all";
            case 2:
                cluster.Members[leader].Freeze();
                await Task.Delay(TimeSpan.FromSeconds(3), MemberCluster.Time, CancellationToken.None);
                cluster.Members[leader].Thaw();
                return $"froze the leader, m{leader}, for 3 s";
            default:
                return await BreakInstallAsync(cluster, writers, (leader + 1) % 3);
        }
    }

    // The log keeps 5,000 entries behind a snapshot, so a follower that misses more than 6,000 needs one.
    private static async Task<string> BreakInstallAsync(MemberCluster cluster, Writers writers, int follower)
    {
        // Writes go on, so its first snapshot comes, and with it the folder that is watched below.
        await cluster.UntilAsync("the follower has taken a snapshot", () => Task.FromResult(
            Directory.Exists(cluster.Members[follower].SnapshotPath)
            && Directory.EnumerateDirectories(cluster.Members[follower].SnapshotPath).Any()));
        var missed = (await cluster.StatusAsync(follower)).RaftIndex + 1_000;
        cluster.Members[follower].Kill();
        await Checks.MoreWritesAsync(cluster, writers, 7_500);
        var isInTheMiddle = await cluster.Members[follower].StartAndKillInInstallAsync(missed);
        cluster.Members[follower].Start();
        return $"killed a follower, m{follower}, " + (isInTheMiddle ? "in" : "right behind") + " a snapshot's install";
    }

    private static async Task PutManyAsync(MemberCluster cluster, int member, int client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await Task.WhenAll(Enumerable.Range(0, 10).Select(part => cluster.CallAsync<PutRequest, PutResponse>(
                member, "Put", new PutRequest
                {
                    Key = ByteString.CopyFromUtf8($"many/{client}/{i}/{part}"),
                    Value = ByteString.CopyFromUtf8("v"),
                })));
        }
    }

    private static int Setting(string name, int value) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var set) ? set : value;
}
