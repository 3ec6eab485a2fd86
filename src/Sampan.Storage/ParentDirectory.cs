namespace Sampan.Storage;

/// <summary>Where the name of a file or directory stands: what must be synced to make it durable.</summary>
internal static class ParentDirectory
{
    /// <summary>The directory that a path lies in; the working directory for a mere name.</summary>
    public static string Of(string path)
    {
        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(path));
        return string.IsNullOrEmpty(parent) ? "." : parent;
    }
}
