using System.Diagnostics;
using System.Globalization;
using Xunit.Abstractions;

namespace Sampan.Simulation.Tests;

/// <summary>
/// Purpose: the simulator finds known mistakes that are put back into the code, ten of them in each run, and others as
/// the history of the repository goes on. <c>eng/sim --planted</c> looks for all.
/// </summary>
public sealed class PlantedBugTests
{
    private const int Share = 10;

    // Those that take few seeds; eng/sim --planted looks for all.
    private static readonly string[] _quick =
    [
        "A01", "A04", "B01", "B07", "C04", "D07", "E03", "G01", "X02", "A10", "A02", "A05", "B03", "B08", "C08", "B13",
        "F01", "X01", "A13", "B16", "A03", "A07", "B04", "B05", "B14",
    ];

    private readonly ITestOutputHelper _output;

    /// <summary>Prints who found what.</summary>
    public PlantedBugTests(ITestOutputHelper output) => _output = output;

    [Fact]
    public async Task Ten_planted_bugs_are_found_by_plain_seeds()
    {
        var root = FindRoot();
        var commits = await RunAsync(root, "git", "rev-list", "--count", "HEAD");
        var turn = int.TryParse(commits.Output, CultureInfo.InvariantCulture, out var count) ? count : 0;
        var chosen = Enumerable.Range(turn * Share, Share).Select(i => _quick[i % _quick.Length]).ToArray();
        var hunt = await RunAsync(
            root, Path.Combine(root, "eng", "sim"), "--planted", "--jobs", "2", "--bugs", string.Join(',', chosen));
        _output.WriteLine(hunt.Output);
        Assert.Contains($"planted: {Share} of {Share} found", hunt.Output, StringComparison.Ordinal);
        Assert.Equal(0, hunt.Code);
    }

    [Fact]
    public void Every_planted_bug_has_its_place_in_the_code()
    {
        var root = FindRoot();
        var plants = Directory.GetFiles(Path.Combine(root, "eng", "planted"), "*.plant");
        Assert.Equal(40, plants.Length);
        foreach (var plant in plants)
        {
            var text = File.ReadAllText(plant).ReplaceLineEndings("\n");
            Assert.StartsWith(Path.GetFileNameWithoutExtension(plant) + " ", text, StringComparison.Ordinal);
            foreach (var (path, goes) in Hunks(text.Split('\n')))
            {
                var code = File.ReadAllText(Path.Combine(root, path)).ReplaceLineEndings("\n");
                Assert.True(code.Split(goes).Length == 2, $"{plant}: its lines must stand exactly once in {path}");
            }
        }
    }

    // The path of a file, then the lines that go.
    private static IEnumerable<(string Path, string Goes)> Hunks(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].StartsWith("src/", StringComparison.Ordinal))
            {
                var goes = lines[(i + 1)..].TakeWhile(line => line.StartsWith('-')).Select(line => line[1..]);
                yield return (lines[i], string.Join('\n', goes));
            }
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Sampan.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("not in the repository");
        }

        return folder;
    }

    private static async Task<(int Code, string Output)> RunAsync(
        string folder, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, output);
    }
}
