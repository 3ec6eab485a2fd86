namespace Sampan.Tidy.Tests.Core;

/// <summary>Lists the files that people wrote: no build output, no downloads, nothing of the version control.</summary>
internal static class FileWalk
{
    private static readonly string[] _skippedFolders =
        [".git", ".vs", ".idea", ".vscode", "bin", "obj", "artifacts", "TestResults", "node_modules", "sampan-data"];

    /// <summary>
    /// Paths relative to <paramref name="root"/>, with slashes, sorted, so that reports never change order.
    /// </summary>
    public static IReadOnlyList<string> Files(string root)
    {
        var found = new List<string>();
        Walk(new DirectoryInfo(root), string.Empty, found);
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    private static void Walk(DirectoryInfo folder, string prefix, List<string> found)
    {
        foreach (var file in folder.EnumerateFiles())
        {
            // In a linked work tree `.git` is a file.
            if (!_skippedFolders.Contains(file.Name, StringComparer.Ordinal))
            {
                found.Add(prefix + file.Name);
            }
        }

        foreach (var child in folder.EnumerateDirectories())
        {
            if (!_skippedFolders.Contains(child.Name, StringComparer.Ordinal) && child.LinkTarget is null)
            {
                Walk(child, $"{prefix}{child.Name}/", found);
            }
        }
    }
}
