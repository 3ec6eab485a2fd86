namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// Where the histories of other projects are. They are not part of this repository, so they may be absent; the tests
/// then say so and are skipped, which a run's summary counts.
/// </summary>
internal static class ConformanceFolder
{
    /// <summary>Names the folder where the default place does not fit.</summary>
    public const string Variable = "SAMPAN_CONFORMANCE";

    /// <summary>The root of this repository.</summary>
    public static string RepositoryRoot { get; } = FindRepositoryRoot();

    /// <summary>The folder of histories, or null where there is none.</summary>
    public static string? Histories { get; } = Find();

    /// <summary>Why there is none.</summary>
    public static string Absence =>
        $"no histories: set {Variable} to their folder, or put them into shared/conformance by the repository";

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable(Variable);
        if (!string.IsNullOrEmpty(named))
        {
            return HistoriesIn(named);
        }

        for (var folder = Directory.GetParent(RepositoryRoot); folder is not null; folder = folder.Parent)
        {
            if (HistoriesIn(Path.Combine(folder.FullName, "shared", "conformance")) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private static string? HistoriesIn(string folder)
    {
        var histories = Path.Combine(folder, "linearizability");
        return File.Exists(Path.Combine(histories, VerdictRow.FileName)) ? histories : null;
    }

    private static string FindRepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Sampan.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"{AppContext.BaseDirectory} lies in no clone of this repository.");
    }
}
