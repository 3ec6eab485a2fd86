namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Where the scenario files of other projects are. They are not part of this repository: SAMPAN_CONFORMANCE names their
/// folder, else it is looked for beside the working copy.
/// </summary>
internal static class ConformanceFolder
{
    private const string Variable = "SAMPAN_CONFORMANCE";

    /// <summary>The folder; null if there is none.</summary>
    public static string? Find()
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : null;
        }

        var beside = Path.Combine(Root(), "..", "shared", "conformance");
        return Directory.Exists(beside) ? beside : null;
    }

    /// <summary>Why nothing can be run for a part of the folder; null if it can.</summary>
    public static string? MissingReason(string part) =>
        Find() is { } folder && Directory.Exists(Path.Combine(folder, part))
            ? null
            : $"There is no folder '{part}' of scenario files; {Variable} names where they are.";

    /// <summary>The names of the files of a part, sorted; none if there is no such folder.</summary>
    public static IEnumerable<string> FilesOf(string part) => MissingReason(part) is null
        ? Directory.EnumerateFiles(PathOf(part)).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)
        : [];

    /// <summary>The text of one file.</summary>
    public static string Read(string part, string file) => File.ReadAllText(Path.Combine(PathOf(part), file));

    /// <summary>Where reports are written.</summary>
    public static string ReportPath(string name)
    {
        var folder = Path.Combine(Root(), "artifacts", "conformance");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, name);
    }

    private static string PathOf(string part) => Path.Combine(Find() ?? string.Empty, part);

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder.Parent is { } parent && !File.Exists(Path.Combine(folder.FullName, "Sampan.slnx")))
        {
            folder = parent;
        }

        return folder.FullName;
    }
}
