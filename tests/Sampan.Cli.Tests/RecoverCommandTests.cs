using Sampan.Grpc;
using Sampan.Protocol.Etcd;
using Sampan.Server;
using Sampan.Server.Options;
using Sampan.Server.Tests.Fixture;

namespace Sampan.Cli.Tests;

/// <summary>
/// Purpose: an operator who has lost two of three stores sees what giving them up means, does it only on purpose, and
/// has a store that serves; nothing is changed where it is refused (I-36).
/// </summary>
public sealed class RecoverCommandTests : IDisposable
{
    private const string Confirmation = "--give-up-others";

    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-recover-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_store_that_is_left_goes_on_alone_and_the_others_are_refused()
    {
        var options = await ThreeThatStoppedAsync();
        var path = options[0].DataPath;
        Directory.Delete(options[1].DataPath, recursive: true);

        var before = Snapshot(path);
        var look = await CommandRun.OfAsync("recover", path);
        Assert.Equal((0, string.Empty), (look.Code, look.Error));
        Assert.Matches(
            $@"│ 1 +│ {options[0].Self.Id:x} +│ [0-9a-f, ]+ +│ term \d+, index \d+ +│ 20.*Z +│ \d+ +│ alone +│",
            look.Output);
        Assert.Contains("It would make store ", look.Output, StringComparison.Ordinal);
        Assert.Contains("with recovery generation 1.", look.Output, StringComparison.Ordinal);
        Assert.Contains("Lost: what was acknowledged and reached only other", look.Output, StringComparison.Ordinal);
        Assert.EndsWith(
            $"Nothing was changed. To do it, give the same command with {Confirmation}.",
            look.Output.TrimEnd(),
            StringComparison.Ordinal);
        Assert.Equal(before, Snapshot(path));

        var done = await CommandRun.OfAsync("recover", path, Confirmation);
        Assert.Equal((0, string.Empty), (done.Code, done.Error));
        Assert.Contains("Done: store ", done.Output, StringComparison.Ordinal);
        Assert.Contains("Start it with the settings that it had.", done.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Nothing was changed", done.Output, StringComparison.Ordinal);

        var log = await CommandRun.OfAsync("inspect", "log", path);
        Assert.Matches("│ recovery generation +│ 1, begun by incarnation [0-9a-f]{32} ", log.Output);
        Assert.Matches($"│ voters {options[0].Self.Id:x}; recovery generation 1 \\(entry ", log.Output);

        await using var left = await new TestStore(options[0]).StartAsync();
        Assert.Equal("held", await left.GetAsync("key"));
        await left.PutAsync("key", "alone");
        var status = await CommandRun.OfAsync("status", "--endpoints", options[0].ClientEndpoints[0].ToString());
        Assert.Equal((0, string.Empty), (status.Code, status.Error));
        var listed = await left.CallAsync<MemberListRequest, MemberListResponse>(
            "MemberList", new MemberListRequest(), GrpcCallOptions.None);
        Assert.Equal("store0", Assert.Single(listed.Members).Name);

        // One comes with nothing, the other with its old data: neither serves, and both say what to do.
        Assert.Contains("`recover`", await FailureOfAsync(options[1]), StringComparison.Ordinal);
        var reason = await FailureOfAsync(options[2]);
        var sentence = $"store {options[2].Self.Id:x16} belongs to the majority that was given up by `recover`; empty";
        Assert.True(reason.Contains(sentence, StringComparison.Ordinal), reason);
        Assert.Equal("alone", await left.GetAsync("key"));
    }

    [Fact]
    public async Task A_second_time_there_is_nothing_to_do()
    {
        var path = (await ThreeThatStoppedAsync())[0].DataPath;
        Assert.Equal(0, (await CommandRun.OfAsync("recover", path, Confirmation, "--group", "1")).Code);
        var before = Snapshot(path);
        var again = await CommandRun.OfAsync("recover", path, Confirmation);
        Assert.Equal((0, string.Empty), (again.Code, again.Error));
        Assert.Contains("│ alone already ", again.Output, StringComparison.Ordinal);
        Assert.Contains("goes on alone already, with recovery generation 1.", again.Output, StringComparison.Ordinal);
        Assert.Equal(before, Snapshot(path));
    }

    [Fact]
    public async Task What_cannot_be_recovered_is_refused_and_left_as_it_is()
    {
        var options = await ThreeThatStoppedAsync();
        var path = options[0].DataPath;
        await AssertRefusedAsync("sampan: group 7 never had a replica on store ", path, "--group", "7");

        // No member was ever met: it holds nothing, and the way back is to begin anew.
        var strangers = TestStore.OptionsOf(3, Path.Combine(_folder, "strangers"));
        await using (await new TestStore(strangers[0]).StartAsync())
        {
            await AssertRefusedAsync("is in use by a running store; stop the store first", strangers[0].DataPath);
        }

        await AssertRefusedAsync(
            "never took part: too few of the other first members had met this store", strangers[0].DataPath);
        Directory.Delete(Path.Combine(path, "log"), recursive: true);
        await AssertRefusedAsync("this store has run before, but its log is gone", path);
        await File.WriteAllTextAsync(Path.Combine(path, "store.json"), "{}");
        await AssertRefusedAsync("store.json is damaged", path);
        File.Delete(Path.Combine(path, "store.json"));
        await AssertRefusedAsync("has no store.json: it is no store's data directory.", path);
    }

    // Why a member does not start, or stops by itself.
    private static async Task<string> FailureOfAsync(ServerOptions options)
    {
        await using var store = new TestStore(options);
        try
        {
            await store.StartAsync();
        }
        catch (ServerFailedException failure)
        {
            return failure.Message;
        }

        return await store.Server.Failure;
    }

    private static async Task AssertRefusedAsync(string sentence, string path, params string[] more)
    {
        var before = Snapshot(path);
        foreach (var confirmed in (string[][])[[], [Confirmation]])
        {
            var run = await CommandRun.OfAsync(["recover", path, .. confirmed, .. more]);
            Assert.Equal(1, run.Code);
            Assert.Contains(sentence, run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", run.Error, StringComparison.Ordinal);
            Assert.DoesNotContain("Done", run.Output, StringComparison.Ordinal);
        }

        Assert.Equal(before, Snapshot(path));
    }

    private static List<(string Path, long Bytes, DateTime Written)> Snapshot(string path) =>
    [
        .. new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (file.FullName, file.Length, file.LastWriteTimeUtc)).Order(),
    ];

    // Members that served together; the first one has a key.
    private async Task<ServerOptions[]> ThreeThatStoppedAsync()
    {
        var options = TestStore.OptionsOf(3, _folder);
        await using var cluster = await TestCluster.StartAsync(options);
        await cluster.Stores[1].PutAsync("key", "held");
        Assert.Equal("held", await cluster.Stores[0].GetAsync("key"));
        return options;
    }
}
