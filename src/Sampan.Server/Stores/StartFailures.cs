using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;

namespace Sampan.Server.Stores;

/// <summary>What keeps a server from starting, in one sentence for an operator.</summary>
internal static class StartFailures
{
    /// <summary>The sentence; null for what is a mistake of the program.</summary>
    public static string? Explain(Exception exception) => exception switch
    {
        StoreRefusedException or StorageDamagedException => Sentence(exception.Message),
        RaftException { Code: RaftErrorCode.InvalidChange } =>
            $"The first group cannot be begun: {Sentence(exception.Message)}",
        StorageFullException or FileSystemException { Failure: FileFailure.NoSpace } =>
            $"There is no room on the disk: {Sentence(exception.Message)}",
        FileSystemException { Failure: FileFailure.TooManyOpen } =>
            $"Too many files are open (raise the limit, ulimit -n): {Sentence(exception.Message)}",
        FileSystemException => $"The data directory cannot be used: {Sentence(exception.Message)}",
        IOException or UnauthorizedAccessException => Sentence(exception.Message),
        _ => null,
    };

    private static string Sentence(string text) =>
        text.EndsWith('.') ? text : text + '.';
}
