using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;

namespace Sampan.Grpc.Hosting;

/// <summary>
/// An endpoint inside the process: its listener accepts the connections that another endpoint took and hands over.
/// </summary>
internal sealed class HandOverEndPoint : EndPoint
{
    // Waiting room between two loops of Kestrel; when it is full, connections wait in front of it.
    private const int WaitingMax = 512;

    private readonly Channel<ConnectionContext> _waiting = Channel.CreateBounded<ConnectionContext>(WaitingMax);

    // Kestrel lists it among its addresses: a name that is reserved for what does not exist.
    /// <inheritdoc/>
    public override string ToString() => "http1.invalid";

    /// <summary>Hands a connection over and returns when it has been served.</summary>
    public async Task HandOverAsync(ConnectionContext connection)
    {
        var handedOver = new HandedOverConnection(connection);
        try
        {
            await _waiting.Writer.WriteAsync(handedOver, connection.ConnectionClosed).ConfigureAwait(false);
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
            return;
        }

        await handedOver.Served.ConfigureAwait(false);
    }

    /// <summary>The next connection; null once the endpoint is closed.</summary>
    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellation)
    {
        while (await _waiting.Reader.WaitToReadAsync(cancellation).ConfigureAwait(false))
        {
            if (_waiting.Reader.TryRead(out var connection))
            {
                return connection;
            }
        }

        return null;
    }

    /// <summary>Accepts no more; who still waits is let go.</summary>
    public async ValueTask CloseAsync()
    {
        _waiting.Writer.TryComplete();
        while (_waiting.Reader.TryRead(out var connection))
        {
            await connection.DisposeAsync().ConfigureAwait(false);
        }
    }
}
