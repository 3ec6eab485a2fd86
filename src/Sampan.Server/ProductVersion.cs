namespace Sampan.Server;

/// <summary>The version of Sampan itself, beside that of etcd's API which it answers for.</summary>
internal static class ProductVersion
{
    /// <summary>As it is told.</summary>
    public static string Text { get; } = typeof(ProductVersion).Assembly.GetName().Version?.ToString(3) ?? "unknown";
}
