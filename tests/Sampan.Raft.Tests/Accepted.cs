namespace Sampan.Raft.Tests;

/// <summary>
/// Files of the repository that tests write: a test compares them with what it finds, and writes them anew where
/// SAMPAN_ACCEPT is 1. The difference is then reviewed like any other.
/// </summary>
internal static class Accepted
{
    /// <summary>Whether differences are accepted in this run.</summary>
    public static bool Rewrites => Environment.GetEnvironmentVariable("SAMPAN_ACCEPT") is "1";

    /// <summary>The full name of a file or folder of the repository.</summary>
    public static string PathOf(params string[] parts)
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Sampan.slnx")))
        {
            root = root.Parent;
        }

        return root is not null
            ? Path.Combine([root.FullName, .. parts])
            : throw new InvalidOperationException("These tests need the repository they were built in.");
    }

    /// <summary>The file must say this, or is made to.</summary>
    public static void Require(string path, string expected)
    {
        if (Rewrites)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path) ?? path);
            File.WriteAllText(path, expected);
        }

        Assert.True(File.Exists(path), $"{path} is missing; SAMPAN_ACCEPT=1 writes it");
        Assert.Equal(expected, File.ReadAllText(path));
    }
}
