#:property PublishAot=false

// Puts the bugs of eng/planted into a copy of the sources, builds it, and lets the simulator look for each of them:
// `dotnet run -c Release eng/planted.cs -- [build | find]`. Options of find: --base N (the first seed; 1), --seeds N
// (how many a bug is looked for with; 2000), --events N (5000), --bugs A01,B05 (some only), --jobs N (2). It ends with
// `planted: N of M found`; exit code 0 only if all were found. eng/sim --planted does the same.

using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

var root = Environment.CurrentDirectory;
while (!File.Exists(Path.Combine(root, "Sampan.slnx")))
{
    root = Path.GetDirectoryName(root) ?? throw new InvalidOperationException("Run this inside the repository.");
}

var tree = Path.Combine(root, "artifacts", "planted");
var bugs = Directory.GetFiles(Path.Combine(root, "eng", "planted"), "*.plant").Order(StringComparer.Ordinal)
    .Select(Bug.Read).ToArray();
var stamp = Path.Combine(tree, "built");
if (args is ["build", ..] || !File.Exists(stamp) || File.ReadAllText(stamp) != Fingerprint())
{
    Build();
}

return args is ["build", ..] ? 0 : Find();

void Build()
{
    if (Directory.Exists(tree))
    {
        foreach (var folder in new[] { "src", "runner" })
        {
            Delete(Path.Combine(tree, folder));
        }
    }

    Directory.CreateDirectory(tree);
    foreach (var file in new[] { "Directory.Packages.props", "Directory.Build.props", "global.json" })
    {
        File.Copy(Path.Combine(root, file), Path.Combine(tree, file), overwrite: true);
    }

    Copy(Path.Combine(root, "src"), Path.Combine(tree, "src"));
    for (var i = 0; i < bugs.Length; i++)
    {
        bugs[i].PlantIn(tree, i + 1);
    }

    File.WriteAllText(Path.Combine(tree, "src", "Sampan.Base", "Planted.cs"), Sources.Planted);
    var runner = Directory.CreateDirectory(Path.Combine(tree, "runner")).FullName;
    File.WriteAllText(Path.Combine(runner, "runner.csproj"), Sources.Runner);
    var program = File.ReadAllLines(Path.Combine(root, "eng", "sim.cs")).Where(line => !line.StartsWith("#:"));
    File.WriteAllLines(Path.Combine(runner, "Program.cs"), program);
    var build = Start(
        "dotnet", ["build", "-c", "Release", "-v", "quiet", "-m:2", "--nologo", .. Sources.Quiet], runner);
    var output = build.StandardOutput.ReadToEnd();
    build.WaitForExit();
    if (build.ExitCode != 0)
    {
        Console.WriteLine(output);
        throw new InvalidOperationException("The planted sources do not build.");
    }

    File.WriteAllText(stamp, Fingerprint());
}

int Find()
{
    var wanted = Text("--bugs")?.Split(',');
    var chosen = bugs.Select((bug, i) => (Bug: bug, Number: i + 1))
        .Where(one => wanted is null || wanted.Contains(one.Bug.Name)).ToArray();
    var findings = new Finding?[chosen.Length];
    var watch = Stopwatch.StartNew();
    Parallel.For(0, chosen.Length, new ParallelOptions { MaxDegreeOfParallelism = (int)Read("--jobs", 2) }, i =>
    {
        findings[i] = Look(chosen[i].Bug, chosen[i].Number);
        Console.WriteLine($"{watch.Elapsed:mm\\:ss} {findings[i]}");
    });
    Console.WriteLine();
    Console.WriteLine("| bug | found by | seeds | what it is | first sign |\n|---|---|--:|---|---|");
    foreach (var finding in findings)
    {
        Console.WriteLine(finding?.ToRow());
    }

    var found = findings.Where(finding => finding?.Seeds > 0).ToArray();
    var seeds = found.Select(finding => finding!.Seeds).Order().ToArray();
    var outside = found.Count(finding => !finding!.IsProduction);
    Console.WriteLine();
    Console.WriteLine($"median of seeds: {(seeds.Length == 0 ? 0 : seeds[seeds.Length / 2])}, most: "
        + $"{seeds.LastOrDefault()}; {outside} found by a checker outside production code");
    Console.WriteLine($"planted: {found.Length} of {chosen.Length} found");
    return found.Length == chosen.Length ? 0 : 1;
}

// The first seed that fails with the bug and passes without it: one that fails by itself would prove nothing.
Finding Look(Bug bug, int number)
{
    var first = Read("--base", 1);
    var end = first + Read("--seeds", 2000);
    for (var seed = first; seed < end; seed++)
    {
        var sign = Run(number, seed, end - seed);
        if (sign is null)
        {
            break;
        }

        seed = long.Parse(sign.Split(' ', ',')[1], CultureInfo.InvariantCulture);
        if (Run(bug: 0, seed, count: 1) is null)
        {
            return new Finding(bug, seed - first + 1, sign);
        }
    }

    return new Finding(bug, 0, "");
}

// What the first of some seeds to fail says; null if none fails.
string? Run(int bug, long seed, long count)
{
    var run = Start(
        "dotnet",
        [
            Path.Combine(tree, "runner", "bin", "Release", "net10.0", "runner.dll"),
            "--seed", $"{seed}", "--count", $"{count}", "--events", $"{Read("--events", 5000)}",
        ],
        tree,
        bug);
    var output = run.StandardOutput.ReadToEnd();
    run.WaitForExit();
    var sign = output.Split('\n').FirstOrDefault(line => line.StartsWith("seed ", StringComparison.Ordinal));
    return sign is null && run.ExitCode != 0
        ? throw new InvalidOperationException($"bug {bug}, seeds from {seed}: {output}")
        : sign;
}

// Everything that the planted build depends on.
string Fingerprint()
{
    var files = Directory.EnumerateFiles(Path.Combine(root, "src"), "*.*", SearchOption.AllDirectories)
        .Where(path => !IsBuilt(path))
        .Concat(Directory.EnumerateFiles(Path.Combine(root, "eng", "planted")))
        .Append(Path.Combine(root, "eng", "sim.cs")).Append(Path.Combine(root, "eng", "planted.cs"));
    using var sha = System.Security.Cryptography.IncrementalHash.CreateHash(
        System.Security.Cryptography.HashAlgorithmName.SHA256);
    foreach (var file in files.Order(StringComparer.Ordinal))
    {
        sha.AppendData(Encoding.UTF8.GetBytes(file));
        sha.AppendData(File.ReadAllBytes(file));
    }

    return Convert.ToHexString(sha.GetHashAndReset());
}

static bool IsBuilt(string path) => path.Contains("/obj/", StringComparison.Ordinal)
    || path.Contains("/bin/", StringComparison.Ordinal);

static IEnumerable<string> FilesOf(string folder) =>
    Directory.EnumerateFiles(folder, "*.*", SearchOption.AllDirectories).Where(path => !IsBuilt(path));

static void Copy(string from, string to)
{
    foreach (var file in FilesOf(from))
    {
        var target = Path.Combine(to, Path.GetRelativePath(from, file));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(file, target, overwrite: true);
    }
}

// Not what was built there before: it is built upon.
static void Delete(string folder)
{
    if (Directory.Exists(folder))
    {
        foreach (var file in FilesOf(folder))
        {
            File.Delete(file);
        }
    }
}

static Process Start(string program, string[] arguments, string folder, int bug = 0)
{
    var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
    start.Environment["SAMPAN_PLANTED"] = bug.ToString(CultureInfo.InvariantCulture);
    start.Environment["DOTNET_TieredPGO"] = "0";
    return Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
}

string? Text(string name)
{
    var at = Array.IndexOf(args, name);
    return at < 0 || at + 1 == args.Length ? null : args[at + 1];
}

long Read(string name, long otherwise) =>
    Text(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

// A bug found, or not (0 seeds).
internal sealed record Finding(Bug Bug, long Seeds, string Sign)
{
    public bool IsProduction => Sign.Contains("[production code]", StringComparison.Ordinal);

    private string Finder => Seeds == 0 ? "nobody"
        : IsProduction ? "production code"
        : Regex.Match(Sign, @"\((I-\d+)\)") is { Success: true } match ? match.Groups[1].Value
        : "simulator";

    public override string ToString() =>
        $"{Bug.Name}: {(Seeds == 0 ? "NOT FOUND" : $"{Seeds} seeds, {Finder}")}: {Short}";

    public string ToRow() => $"| {Bug.Name} | {Finder} | {Seeds} | {Bug.What} | {Short.Replace("|", "/")} |";

    private string Short
    {
        get
        {
            var text = Regex.Replace(Sign, @"^seed (\d+), event \d+, [\d.]+ ms, [^:]*: ", "seed $1: ");
            return text.Length > 160 ? text[..160] : text;
        }
    }
}

// A file of eng/planted: what goes and what comes, in which files.
internal sealed record Bug(string Name, string What, IReadOnlyList<(string Path, string Goes, string Comes)> Hunks)
{
    public static Bug Read(string path)
    {
        var lines = File.ReadAllLines(path);
        var hunks = new List<(string, string, string)>();
        for (var i = 1; i < lines.Length;)
        {
            if (lines[i].Length == 0)
            {
                i++;
                continue;
            }

            var file = lines[i++];
            var (goes, comes) = (Take('-'), Take('+'));
            hunks.Add((file, goes, comes));

            string Take(char sign)
            {
                var first = i;
                while (i < lines.Length && lines[i].StartsWith(sign))
                {
                    i++;
                }

                return string.Join('\n', lines[first..i].Select(line => line[1..]));
            }
        }

        var space = lines[0].IndexOf(' ', StringComparison.Ordinal);
        return new Bug(lines[0][..space], lines[0][(space + 1)..], hunks);
    }

    public void PlantIn(string tree, int number)
    {
        foreach (var (path, goes, comes) in Hunks)
        {
            var file = System.IO.Path.Combine(tree, path);
            var text = File.ReadAllText(file);
            var at = text.IndexOf(goes, StringComparison.Ordinal);
            if (at < 0 || text.IndexOf(goes, at + 1, StringComparison.Ordinal) >= 0)
            {
                throw new InvalidOperationException(
                    $"{Name}: its lines stand {(at < 0 ? "nowhere" : "more than once")} in {path}: the code "
                    + "has changed, and eng/planted must follow.");
            }

            var planted = comes.Replace("PLANTED", $"(global::Sampan.Base.Planted.Bug == {number})");
            File.WriteAllText(file, text[..at] + planted + text[(at + goes.Length)..]);
        }
    }
}

internal static class Sources
{
    public static readonly string[] Quiet =
    [
        "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false", "-p:EnforceCodeStyleInBuild=false",
        "-p:NoWarn=CS1591",
    ];

    public const string Planted = """
        namespace Sampan.Base;

        /// <summary>Which planted bug is switched on in this process; 0: none.</summary>
        public static class Planted
        {
            /// <summary>Its number.</summary>
            public static readonly int Bug =
                int.TryParse(Environment.GetEnvironmentVariable("SAMPAN_PLANTED"), out var number) ? number : 0;
        }
        """;

    public const string Runner = """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <IsAotCompatible>false</IsAotCompatible>
            <DisableTransitiveProjectReferences>false</DisableTransitiveProjectReferences>
          </PropertyGroup>
          <ItemGroup>
            <ProjectReference Include="../src/Sampan.Simulation/Sampan.Simulation.csproj" />
            <ProjectReference Include="../src/Sampan.Base/Sampan.Base.csproj" />
          </ItemGroup>
        </Project>
        """;
}
