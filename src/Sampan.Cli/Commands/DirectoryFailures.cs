using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;

namespace Sampan.Cli.Commands;

/// <summary>Why a data directory cannot be read, or written, as a sentence.</summary>
internal static class DirectoryFailures
{
    /// <summary>The sentence; null for what is nobody's business but a programmer's.</summary>
    public static string? Explain(Exception exception, string path) => exception switch
    {
        StoreRefusedException or StorageDamagedException or FileSystemException => $"{exception.Message}.",
        ArgumentException => $"DIR is '{path}': {exception.Message}",
        _ => null,
    };
}
