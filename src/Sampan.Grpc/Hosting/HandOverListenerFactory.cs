using System.Net;
using Microsoft.AspNetCore.Connections;

namespace Sampan.Grpc.Hosting;

/// <summary>Makes the listeners of endpoints that take handed-over connections, and of no others.</summary>
internal sealed class HandOverListenerFactory : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    /// <inheritdoc/>
    public bool CanBind(EndPoint endpoint) => endpoint is HandOverEndPoint;

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        endpoint is HandOverEndPoint inner
            ? new(new HandOverListener(inner))
            : throw new NotSupportedException($"{endpoint} takes no connections that are handed over.");

    private sealed class HandOverListener(HandOverEndPoint endpoint) : IConnectionListener
    {
        public EndPoint EndPoint => endpoint;

        public ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
            endpoint.AcceptAsync(cancellationToken);

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => endpoint.CloseAsync();

        public ValueTask DisposeAsync() => endpoint.CloseAsync();
    }
}
