using System.Globalization;

namespace Sampan.Cli.Tests;

/// <summary>Purpose: the commands that talk to a store, or look into its directory, on a real one.</summary>
public sealed class StoreCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("sampan-cli-").FullName;

    private string DataPath => Path.Combine(_folder, "data");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Load_is_measured_and_status_shows_the_store()
    {
        await using var store = await RunningStore.StartAsync(DataPath);
        string[] at = ["--endpoints", store.Endpoint, "--clients", "4", "--connections", "2", "--keys", "1000"];
        var put = await CommandRun.OfAsync(["bench", "put", "--total", "50", "--quiet", .. at]);
        AssertFigures(put, succeeded: 50);
        foreach (var kind in (string[])["get", "mixed", "page"])
        {
            AssertFigures(
                await CommandRun.OfAsync(["bench", kind, "--total", "20", "--quiet", "--consistency", "s", .. at]),
                succeeded: 20);
        }

        var told = await CommandRun.OfAsync(["bench", "get", "--total", "20", .. at]);
        Assert.Contains("20 requests in ", told.Output, StringComparison.Ordinal);
        Assert.Contains(", 0 failed", told.Output, StringComparison.Ordinal);
        Assert.Contains("filling: 0 of 1000 keys", told.Error, StringComparison.Ordinal);

        var status = await CommandRun.OfAsync("status", "--endpoints", store.Endpoint);
        Assert.Equal((0, string.Empty), (status.Code, status.Error));
        Assert.Matches($"│ {store.Endpoint} +│ single +│ [0-9a-f]+ +│ leader +│ 1 ", status.Output);
        Assert.Matches("│ yes +│", status.Output);
    }

    [Fact]
    public async Task An_endpoint_that_does_not_answer_is_told_and_the_others_are_shown()
    {
        await using var store = await RunningStore.StartAsync(DataPath);
        var status = await CommandRun.OfAsync("status", "--endpoints", $"{store.Endpoint},127.0.0.1:1");
        Assert.Equal(1, status.Code);
        Assert.Contains("│ leader", status.Output, StringComparison.Ordinal);
        Assert.Matches("│ 127.0.0.1:1 +│ .*│ no +│", status.Output);
        Assert.StartsWith("sampan: 127.0.0.1:1: ", status.Error, StringComparison.Ordinal);

        var load = await CommandRun.OfAsync("bench", "get", "--endpoints", "127.0.0.1:1");
        Assert.Equal(1, load.Code);
        Assert.Contains("sampan: The keys cannot be put: ", load.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stopped_store_is_inspected_and_left_as_it_is()
    {
        await using (var store = await RunningStore.StartAsync(DataPath))
        {
            await CommandRun.OfAsync("bench", "put", "--total", "9", "--quiet", "--endpoints", store.Endpoint);
            var running = await CommandRun.OfAsync("inspect", "store", DataPath);
            Assert.Equal(1, running.Code);
            Assert.Contains("is in use by a running store; stop the store", running.Error, StringComparison.Ordinal);
        }

        var before = Snapshot();
        var inspected = await CommandRun.OfAsync("inspect", "store", DataPath);
        Assert.Equal((0, string.Empty), (inspected.Code, inspected.Error));
        Assert.Matches("│ incarnation +│ [0-9a-f]{32} ", inspected.Output);
        Assert.Matches(@"│ 1 +│ 0000000000000001\.log +│ 8192 KiB ", inspected.Output);

        var log = await CommandRun.OfAsync("inspect", "log", DataPath);
        Assert.Equal((0, string.Empty), (log.Code, log.Error));
        Assert.Matches(@"│ entries +│ 1 to 1\d ", log.Output);
        var entries = await CommandRun.OfAsync("inspect", "log", DataPath, "--entries", "100");
        Assert.Matches("│ put \"k0+[0-9]+\" \\(256 B\\) ", entries.Output);
        Assert.Matches("│ member [0-9a-f]+ is \"single\" at http://", entries.Output);

        var snapshots = await CommandRun.OfAsync("inspect", "snapshot", DataPath);
        Assert.Equal((0, string.Empty), (snapshots.Code, snapshots.Error));
        Assert.Equal(before, Snapshot());
    }

    [Fact]
    public async Task Damage_is_told()
    {
        await using (var store = await RunningStore.StartAsync(DataPath))
        {
            await CommandRun.OfAsync("bench", "put", "--total", "9", "--quiet", "--endpoints", store.Endpoint);
        }

        // A byte of the first batch that holds a command; what follows it shows that it is no torn tail.
        var path = Path.Combine(DataPath, "log", "0000000000000001.log");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.AsSpan().IndexOf("single"u8)] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var log = await CommandRun.OfAsync("inspect", "log", DataPath);
        Assert.Equal(1, log.Code);
        Assert.Contains(path, log.Error, StringComparison.Ordinal);

        var seen = await CommandRun.OfAsync("inspect", "store", DataPath);
        Assert.Equal(1, seen.Code);
        Assert.Contains("The log is DAMAGED: ", seen.Output, StringComparison.Ordinal);

        await File.WriteAllTextAsync(Path.Combine(DataPath, "store.json"), "{}");
        var identity = await CommandRun.OfAsync("inspect", "store", DataPath);
        Assert.Equal(1, identity.Code);
        Assert.Contains("store.json is damaged", identity.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_segment_without_its_header_or_its_end_is_told(bool isHeader)
    {
        await using (var store = await RunningStore.StartAsync(DataPath))
        {
            await CommandRun.OfAsync("bench", "put", "--total", "9", "--quiet", "--endpoints", store.Endpoint);
        }

        var path = Path.Combine(DataPath, "log", "0000000000000001.log");
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[isHeader ? 0 : ^1] ^= 1;
        await File.WriteAllBytesAsync(path, isHeader ? bytes : bytes[..8192]);
        var inspected = await CommandRun.OfAsync("inspect", "store", DataPath);
        Assert.Equal(1, inspected.Code);
        Assert.Contains("The log is DAMAGED: ", inspected.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Snapshots_that_the_log_marks_and_nobody_has_are_told()
    {
        await using (var store = await RunningStore.StartAsync(DataPath, ("snapshot-count", "10")))
        {
            await CommandRun.OfAsync("bench", "put", "--total", "2000", "--quiet", "--endpoints", store.Endpoint);
        }

        var sound = await CommandRun.OfAsync("inspect", "snapshot", DataPath);
        Assert.Equal((0, string.Empty), (sound.Code, sound.Error));
        Assert.Contains("all CRCs hold", sound.Output, StringComparison.Ordinal);
        Directory.Delete(Path.Combine(DataPath, "snapshots"), recursive: true);
        foreach (var what in (string[])["snapshot", "store"])
        {
            var run = await CommandRun.OfAsync("inspect", what, DataPath);
            Assert.Equal(1, run.Code);
            Assert.Contains("There are no snapshots.", run.Output, StringComparison.Ordinal);
            Assert.Contains(
                "MISSING: the log marks snapshots of group 1 at index ", run.Output, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_load_with_failures_ends_with_code_1_and_the_most_frequent_cause()
    {
        await using var store = await RunningStore.StartAsync(DataPath, ("max-request-bytes", "1000"));
        var run = await CommandRun.OfAsync(
            "bench", "put", "--total", "3", "--quiet", "--value-size", "2000", "--endpoints", store.Endpoint);
        Assert.Equal(1, run.Code);
        Assert.StartsWith("0\t3\t", run.Output, StringComparison.Ordinal);
        Assert.Equal(
            "sampan: 3 of 3 requests failed, mostly with: etcdserver: request is too large",
            run.Error.TrimEnd());
    }

    private static void AssertFigures(CommandRun run, int succeeded)
    {
        Assert.Equal((0, string.Empty), (run.Code, run.Error));
        var figures = run.Output.Trim().Split('\t')
            .Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        Assert.Equal(6, figures.Length);
        Assert.Equal((succeeded, 0), (figures[0], figures[1]));
        Assert.True(figures[2] > 0);
        Assert.True(figures[3] <= figures[4] && figures[4] <= figures[5]);
    }

    private List<(string Path, long Bytes, DateTime Written)> Snapshot() =>
    [
        .. new DirectoryInfo(DataPath).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (file.FullName, file.Length, file.LastWriteTimeUtc)).Order(),
    ];
}
