using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Logging.Abstractions;
using Sampan.Io;
using Sampan.Server;
using Sampan.Server.Options;

namespace Sampan.Cli.Tests;

/// <summary>A store of its own on free ports, for commands that talk to one.</summary>
internal sealed class RunningStore : IAsyncDisposable
{
    private readonly StoreServer _server;

    private RunningStore(ServerOptions options) => _server = new StoreServer(
        options, new OsFileSystem(), new BootTimeProvider(), NullLoggerFactory.Instance);

    public string Endpoint => _server.Options.ClientEndpoints[0].ToString();

    public static async Task<RunningStore> StartAsync(string dataPath)
    {
        var (client, peer) = FreePorts();
        var flags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "single",
            ["data-dir"] = dataPath,
            ["listen-client-urls"] = Url(client),
            ["listen-peer-urls"] = Url(peer),
            ["initial-advertise-peer-urls"] = Url(peer),
        };
        var settings = Settings.Gather(flags, new Dictionary<string, string>(StringComparer.Ordinal), filePath: null);
        var store = new RunningStore(ServerOptions.From(settings) with { SegmentBytes = 8 * 1024 * 1024 });
        await store._server.StartAsync(CancellationToken.None);
        return store;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    // One store dials nobody, so no connection of its own can take what was free.
    private static (int Client, int Peer) FreePorts()
    {
        using var client = Bind();
        using var peer = Bind();
        return (PortOf(client), PortOf(peer));
    }

    private static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }

    private static int PortOf(Socket socket) => (socket.LocalEndPoint as IPEndPoint)?.Port ?? 0;

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
