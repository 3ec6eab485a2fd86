namespace Sampan.Load;

/// <summary>Where the programs are.</summary>
internal static class Programs
{
    /// <summary>The one that was built with this one.</summary>
    public static string Sampan => Path.Combine(AppContext.BaseDirectory, "sampan");

    /// <summary>etcd, where it is installed.</summary>
    public static string? Etcd => (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
        .Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "etcd"))
        .FirstOrDefault(File.Exists);
}
