namespace Sampan.Cli.Commands;

/// <summary>How this program is called again, as it can be typed.</summary>
internal static class ProgramText
{
    private const string Name = "sampan";

    /// <summary>The text for a process of this path.</summary>
    /// <param name="processPath">The file that runs: the program, or the runtime that runs its library.</param>
    /// <param name="baseDirectory">Where the program's libraries are.</param>
    /// <param name="currentDirectory">From where it is called.</param>
    public static string Of(string? processPath, string baseDirectory, string currentDirectory)
    {
        var isProgram = string.Equals(
            Path.GetFileNameWithoutExtension(processPath), Name, StringComparison.OrdinalIgnoreCase);
        var full = isProgram && processPath is not null ? processPath : Path.Combine(baseDirectory, $"{Name}.dll");
        var near = Path.GetRelativePath(currentDirectory, full);
        var path = near.StartsWith("..", StringComparison.Ordinal) ? full
            : near.Contains(Path.DirectorySeparatorChar, StringComparison.Ordinal) ? near
            : Path.Combine(".", near);
        var quoted = path.Contains(' ', StringComparison.Ordinal) ? $"'{path}'" : path;
        return isProgram ? quoted : $"dotnet {quoted}";
    }
}
