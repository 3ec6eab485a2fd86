using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Sampan.Io;
using Sampan.Server;
using Sampan.Server.Options;

namespace Sampan.Clients.Tests;

/// <summary>Three stores with all their doors, in this process, on loopback and on the real disk.</summary>
internal sealed class LocalCluster : IAsyncDisposable
{
    private readonly string _dataPath = Directory.CreateTempSubdirectory("sampan-clients").FullName;
    private readonly List<StoreServer> _servers = [];

    private LocalCluster(int[] ports) => Endpoints = [.. ports.Take(3).Select(port => $"127.0.0.1:{Text(port)}")];

    /// <summary>Where clients reach the stores.</summary>
    public string[] Endpoints { get; }

    /// <summary>Starts them.</summary>
    public static async Task<LocalCluster> StartAsync()
    {
        var ports = LocalPorts.Take(6);
        var cluster = new LocalCluster(ports);
        for (var i = 0; i < 3; i++)
        {
            var flags = new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["name"] = $"m{i}",
                ["data-dir"] = Path.Combine(cluster._dataPath, $"m{i}"),
                ["listen-client-urls"] = $"http://{cluster.Endpoints[i]}",
                ["listen-peer-urls"] = $"http://127.0.0.1:{Text(ports[i + 3])}",
                ["initial-advertise-peer-urls"] = $"http://127.0.0.1:{Text(ports[i + 3])}",
                ["initial-cluster"] = string.Join(
                    ',', Enumerable.Range(0, 3).Select(other => $"m{other}=http://127.0.0.1:{Text(ports[other + 3])}")),
            };
            var none = new Dictionary<string, string>(StringComparer.Ordinal);
            var options = ServerOptions.From(Settings.Gather(flags, none, null)) with { SegmentBytes = 8 << 20 };
            cluster._servers.Add(new StoreServer(
                options, new OsFileSystem(), new BootTimeProvider(), NullLoggerFactory.Instance));
        }

        cluster._servers.ForEach(server => server.Listen());
        foreach (var server in cluster._servers)
        {
            await server.StartAsync(CancellationToken.None);
        }

        return cluster;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers)
        {
            await server.DisposeAsync();
        }

        Directory.Delete(_dataPath, recursive: true);
    }

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
