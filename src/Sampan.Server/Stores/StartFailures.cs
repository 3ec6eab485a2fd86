using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Sampan.Io;
using Sampan.MultiRaft.Abstractions;
using Sampan.Server.Options;
using Sampan.Storage.Identity;

namespace Sampan.Server.Stores;

/// <summary>What keeps a server from starting, in one sentence for an operator.</summary>
internal static class StartFailures
{
    /// <summary>The sentence; null for what is a mistake of the program.</summary>
    public static string? Explain(Exception exception, ServerOptions options) => exception switch
    {
        SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse } =>
            $"The peer port {options.PeerEndpoint} is in use; stop what listens there, or choose another by "
            + "--listen-peer-urls (dev: --port).",
        SocketException socket =>
            $"Cannot listen for peers at {options.PeerEndpoint} (--listen-peer-urls): {Sentence(socket.Message)}",
        StoreRefusedException or StorageDamagedException => Sentence(exception.Message),
        RaftException { Code: RaftErrorCode.InvalidChange } =>
            $"The first group cannot be begun: {Sentence(exception.Message)}",
        StorageFullException or FileSystemException { Failure: FileFailure.NoSpace } =>
            $"There is no room on the disk: {Sentence(exception.Message)}",
        FileSystemException { Failure: FileFailure.TooManyOpen } =>
            $"Too many files are open (raise the limit, ulimit -n): {Sentence(exception.Message)}",
        FileSystemException => $"The data directory cannot be used: {Sentence(exception.Message)}",
        _ when IsAddressInUse(exception) =>
            $"A client port of {string.Join(", ", options.ClientEndpoints)} is in use; stop what listens there, or "
            + "choose another by --listen-client-urls (dev: --port).",
        IOException or UnauthorizedAccessException => Sentence(exception.Message),
        _ => null,
    };

    private static string Sentence(string text) =>
        text.EndsWith('.') ? text : text + '.';

    private static bool IsAddressInUse(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is AddressInUseException)
            {
                return true;
            }
        }

        return false;
    }
}
