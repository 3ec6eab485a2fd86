namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Where the conformance files are. They belong to other projects and are not part of this repository, so they may be
/// absent; the tests then say so and are skipped, which a run's summary counts.
/// </summary>
internal static class ConformanceFolder
{
    /// <summary>Names the folder where the default place does not fit.</summary>
    public const string Variable = "SAMPAN_CONFORMANCE";

    /// <summary>The root of this repository.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The folder, or null where there is none.</summary>
    public static string? Path { get; } = Find();

    /// <summary>Why there is none.</summary>
    public static string Absence =>
        $"no conformance files: set {Variable} to their folder, or put them into shared/conformance by the repository";

    /// <summary>
    /// The files of one folder, in the order of their names, as the data of a theory; empty where the folder is absent.
    /// </summary>
    public static TheoryData<string> Files(string folder, string pattern)
    {
        var names = new TheoryData<string>();
        var path = Path is null ? null : System.IO.Path.Combine(Path, folder);
        if (Directory.Exists(path))
        {
            foreach (var file in Directory.GetFiles(path, pattern).Order(StringComparer.Ordinal))
            {
                names.Add(System.IO.Path.GetFileName(file));
            }
        }

        return names;
    }

    /// <summary>Reads one of the files.</summary>
    public static DataDrivenFile Read(string folder, string name) =>
        DataDrivenFile.Read(System.IO.Path.Combine(Path!, folder, name));

    /// <summary>The text of one of the files.</summary>
    public static string ReadText(string folder, string name) =>
        File.ReadAllText(System.IO.Path.Combine(Path!, folder, name));

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named) ? named : null;
        }

        for (var folder = Directory.GetParent(RepositoryRoot); folder is not null; folder = folder.Parent)
        {
            var candidate = System.IO.Path.Combine(folder.FullName, "shared", "conformance");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "Sampan.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no clone of this repository.");
    }
}
