using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Sampan.Server.Doors;

/// <summary>
/// The sockets of the client ports. They listen before the store is opened, so that a port that cannot be had is known
/// before anything is written; who connects meanwhile waits. One caller at a time; disposing it closes what was not
/// handed over.
/// </summary>
internal sealed class ClientSockets : IDisposable
{
    private const int Backlog = 512;

    private readonly Dictionary<EndPoint, Socket> _sockets = [];

    /// <summary>
    /// Listens at every endpoint. Throws <see cref="ServerFailedException"/> for the first that fails.
    /// </summary>
    public void Listen(IReadOnlyList<IPEndPoint> endpoints)
    {
        foreach (var endpoint in endpoints.Where(endpoint => !_sockets.ContainsKey(endpoint)))
        {
            try
            {
                var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
                _sockets.Add(endpoint, socket);
                socket.Listen(Backlog);
            }
            catch (SocketException exception)
            {
                throw new ServerFailedException(
                    ListenFailures.Explain(exception, "client", endpoint, "listen-client-urls"), exception);
            }
        }
    }

    /// <summary>The socket that listens at an endpoint; whoever takes it closes it.</summary>
    public Socket Take(EndPoint endpoint) => _sockets.Remove(endpoint, out var socket)
        ? socket
        : throw new InvalidOperationException($"nobody listens at {endpoint}, or it was taken before");

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var socket in _sockets.Values)
        {
            socket.Dispose();
        }

        _sockets.Clear();
    }
}
