#!/usr/bin/env dotnet
#:property PublishAot=false
// Writes what can be written without thinking: `dotnet run eng/fix.cs`. It wraps comments that are too long, formats
// the code and accepts the snapshots of the public API. Read the diff before you commit it.
using System.Diagnostics;

const int Columns = 120;
var root = FindRoot();
foreach (var folder in new[] { "src", "tests", "samples", "bench", "eng" })
{
    WrapFolder(Path.Combine(root, folder));
}

return Run("format", "Sampan.slnx", "whitespace", "--no-restore") is var format && format != 0
    ? format
    : Run("test", "tests/Sampan.Tidy.Tests", "-c", "Release", "--filter", "FullyQualifiedName~ApiSnapshot");

void WrapFolder(string folder)
{
    if (!Directory.Exists(folder))
    {
        return;
    }

    foreach (var path in Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
    {
        var relative = Path.GetRelativePath(root, path);
        if (relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
        {
            continue;
        }

        var before = File.ReadAllText(path);
        var after = string.Join('\n', Wrap(before.Split('\n')));
        if (after != before)
        {
            File.WriteAllText(path, after);
            Console.WriteLine($"wrapped comments of {relative}");
        }
    }
}

// A comment line that is too long gives its last words to the next line of the same comment, or to a new one.
static List<string> Wrap(string[] lines)
{
    var pending = new LinkedList<string>(lines);
    var done = new List<string>();
    while (pending.First is { } first)
    {
        pending.RemoveFirst();
        var line = first.Value;
        var prefix = PrefixOf(line);
        if (line.Length <= Columns || prefix.Length == 0)
        {
            done.Add(line);
            continue;
        }

        var body = line[prefix.Length..];
        if (TrySplitElement(body, out var open, out var text, out var close))
        {
            pending.AddFirst(prefix + close);
            pending.AddFirst(prefix + text);
            pending.AddFirst(prefix + open);
            continue;
        }

        var cut = CutOf(line);
        if (cut <= prefix.Length)
        {
            done.Add(line);
            continue;
        }

        done.Add(line[..cut]);
        var rest = line[(cut + 1)..];
        if (pending.First is { } next && PrefixOf(next.Value) == prefix && !next.Value[prefix.Length..].StartsWith('<'))
        {
            rest += " " + next.Value[prefix.Length..];
            pending.RemoveFirst();
        }

        pending.AddFirst(prefix + rest);
    }

    return done;
}

// The last space that is not inside a tag; -1 if there is none.
static int CutOf(string line)
{
    for (var cut = line.LastIndexOf(' ', Columns); cut >= 0; cut = cut == 0 ? -1 : line.LastIndexOf(' ', cut - 1))
    {
        if (line.LastIndexOf('<', cut) <= line.LastIndexOf('>', cut))
        {
            return cut;
        }
    }

    return -1;
}

// The indentation and the slashes; empty if the line is no comment.
static string PrefixOf(string line)
{
    var indent = line.Length - line.TrimStart().Length;
    foreach (var slashes in new[] { "/// ", "// " })
    {
        if (string.CompareOrdinal(line, indent, slashes, 0, slashes.Length) == 0)
        {
            return line[..(indent + slashes.Length)];
        }
    }

    return string.Empty;
}

// <summary>text</summary> on one line.
static bool TrySplitElement(string body, out string open, out string text, out string close)
{
    open = text = close = string.Empty;
    var name = new string([.. body.Skip(1).TakeWhile(char.IsLetter)]);
    var end = body.IndexOf('>', StringComparison.Ordinal);
    close = $"</{name}>";
    if (!body.StartsWith('<') || name.Length == 0 || end < 0 || !body.EndsWith(close, StringComparison.Ordinal)
        || body.Length <= end + 1 + close.Length)
    {
        return false;
    }

    open = body[..(end + 1)];
    text = body[(end + 1)..^close.Length];
    return true;
}

int Run(params string[] arguments)
{
    Console.WriteLine($"> dotnet {string.Join(' ', arguments)}");
    var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = root };
    start.Environment["SAMPAN_ACCEPT"] = "1";
    using var process = Process.Start(start)!;
    process.WaitForExit();
    return process.ExitCode;
}

static string FindRoot()
{
    var folder = new DirectoryInfo(Environment.CurrentDirectory);
    while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Sampan.slnx")))
    {
        folder = folder.Parent;
    }

    return folder?.FullName ?? throw new InvalidOperationException("Run this inside the repository.");
}
