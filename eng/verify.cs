#!/usr/bin/env dotnet
#:property PublishAot=false
// Checks what a change must keep, and writes nothing: `dotnet run eng/verify.cs`. Build without warnings, the style
// tests, formatting. The whole test run is `./eng/test`.
using System.Diagnostics;

var root = FindRoot();
string[][] steps =
[
    ["build", "Sampan.slnx", "-c", "Release", "-m:2", "-v", "quiet", "-warnaserror"],
    ["test", "tests/Sampan.Tidy.Tests", "-c", "Release", "--no-build"],
    ["format", "Sampan.slnx", "whitespace", "--no-restore", "--verify-no-changes"],
];
foreach (var step in steps)
{
    var watch = Stopwatch.StartNew();
    Console.WriteLine($"> dotnet {string.Join(' ', step)}");
    using var process = Process.Start(new ProcessStartInfo("dotnet", step) { WorkingDirectory = root })!;
    process.WaitForExit();
    if (process.ExitCode != 0)
    {
        Console.WriteLine("verify: failed. Much of it is repaired by `dotnet run eng/fix.cs`.");
        return process.ExitCode;
    }

    Console.WriteLine($"  {watch.Elapsed.TotalSeconds:F1} s");
}

Console.WriteLine("verify: all is well.");
return 0;

static string FindRoot()
{
    var folder = new DirectoryInfo(Environment.CurrentDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sampan.slnx")))
    {
        folder = folder.Parent;
    }

    return folder?.FullName ?? throw new InvalidOperationException("Run this inside the repository.");
}
