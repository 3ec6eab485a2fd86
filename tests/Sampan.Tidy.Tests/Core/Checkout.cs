namespace Sampan.Tidy.Tests.Core;

/// <summary>The repository as it stands: read and parsed once for all tests.</summary>
internal static class Checkout
{
    /// <summary>Paths of all files, relative to the root.</summary>
    public static IReadOnlyList<string> Paths { get; } = FileWalk.Files(RepositoryRoot.Path);

    /// <summary>All C# files that people wrote.</summary>
    public static IReadOnlyList<SourceFile> Files { get; } =
    [
        .. Paths
            .Where(path => path.EndsWith(".cs", StringComparison.Ordinal) && !SourceFile.IsGenerated(path))
            .Select(path => new SourceFile(path, Read(path))),
    ];

    /// <summary>All project files.</summary>
    public static List<ProjectFile> Projects { get; } =
    [
        .. Paths
            .Where(path => path.EndsWith(".csproj", StringComparison.Ordinal))
            .Select(path => new ProjectFile(path, Read(path))),
    ];

    /// <summary>The text of one file.</summary>
    public static string Read(string path) => File.ReadAllText(Path.Combine(RepositoryRoot.Path, path));

    /// <summary>The lines of one file; none if it does not exist.</summary>
    public static IReadOnlyList<string> ReadLines(string path) =>
        File.Exists(Path.Combine(RepositoryRoot.Path, path)) ? Read(path).Split('\n') : [];
}
