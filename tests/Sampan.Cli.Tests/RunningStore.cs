using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sampan.Io;
using Sampan.Server;
using Sampan.Server.Options;
using Sampan.Server.Tests.Fixture;

namespace Sampan.Cli.Tests;

/// <summary>A store of its own on free ports, for commands that talk to one.</summary>
internal sealed class RunningStore : IAsyncDisposable
{
    private readonly StoreServer _server;

    private RunningStore(ServerOptions options) => _server = new StoreServer(
        options, new BootTimeProvider(), NullLoggerFactory.Instance);

    public string Endpoint => _server.Options.ClientEndpoints[0].ToString();

    public static async Task<RunningStore> StartAsync(string dataPath, params (string Name, string Value)[] more)
    {
        var ports = Ports.Take(2);
        var flags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = "single",
            ["data-dir"] = dataPath,
            ["listen-client-urls"] = Url(ports[0]),
            ["listen-peer-urls"] = Url(ports[1]),
            ["initial-advertise-peer-urls"] = Url(ports[1]),
        };
        foreach (var (name, value) in more)
        {
            flags[name] = value;
        }

        var settings = Settings.Gather(flags, new Dictionary<string, string>(StringComparer.Ordinal), filePath: null);
        var store = new RunningStore(ServerOptions.From(settings) with { SegmentBytes = 8 * 1024 * 1024 });
        await store._server.StartAsync(CancellationToken.None);
        await store._server.Published;
        return store;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
