namespace Sampan.Clients.Tests;

/// <summary>A test with programs that others wrote; skipped, with the reason, where one of them is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ClientFactAttribute : FactAttribute
{
    /// <summary>Skips the test if one of the programs is missing.</summary>
    public ClientFactAttribute(params string[] programs) =>
        Skip = programs.Select(Absence).FirstOrDefault(reason => reason is not null);

    private static string? Absence(string program)
    {
        var isThere = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)));
        return isThere ? null : $"{program} is not installed; eng/peers says why";
    }
}
