using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Sampan.Io;
using Sampan.Model;
using Sampan.Server;
using Sampan.Server.Options;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan dev</c>: three stores in one process, on loopback.</summary>
internal static class DevCommand
{
    private static readonly int[] PortOffsets = [0, 20_000, 30_000];

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "Client port of the first store; the others have this plus 20000 and 30000, peers one more.",
            DefaultValueFactory = _ => 2379,
        };
        var data = new Option<string>("--data-dir")
        {
            Description = "Where the stores keep their data, between runs too.",
            DefaultValueFactory = _ => "sampan-dev",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Shows the stores' logs." };
        var command = new Command(
            "dev",
            "Starts three durable stores on this machine and says how to try them. Ctrl-C stops them; data stays.\n\n"
            + "Example:\n  sampan dev --port 12379 --data-dir ./try")
        {
            port, data, verbose,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            parsed, parsed.GetValue(port), parsed.GetValue(data) ?? "sampan-dev", parsed.GetValue(verbose), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, int port, string dataPath, bool isVerbose, CancellationToken cancellation)
    {
        if (port < 1 || port + PortOffsets[^1] + 1 > ushort.MaxValue)
        {
            var highest = ushort.MaxValue - PortOffsets[^1] - 1;
            await Running.FailAsync(parsed, $"--port is {port}; it must be from 1 to {highest}.").ConfigureAwait(false);
            return 1;
        }

        using var logs = Running.Logs(isVerbose ? LogLevel.Information : LogLevel.Error);
        var servers = new List<StoreServer>();
        try
        {
            for (var i = 0; i < PortOffsets.Length; i++)
            {
                servers.Add(new StoreServer(OptionsOf(i, port, dataPath), new BootTimeProvider(), logs));
            }

            // All ports first: a store that dials one that is free could be given it as its own.
            servers.ForEach(server => server.Listen());
            foreach (var server in servers)
            {
                await server.StartAsync(cancellation).ConfigureAwait(false);
            }

            await ShowAsync(parsed, servers, port, dataPath, cancellation).ConfigureAwait(false);
            return await Running.UntilEndAsync(parsed, servers).ConfigureAwait(false);
        }
        catch (ServerFailedException exception)
        {
            await Running.FailAsync(parsed, exception.Message).ConfigureAwait(false);
            return 1;
        }
        catch (SettingException exception)
        {
            await Running.FailAsync(parsed, exception.Message).ConfigureAwait(false);
            return 1;
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static ServerOptions OptionsOf(int store, int port, string dataPath)
    {
        var flags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = NameOf(store),
            ["data-dir"] = Path.Combine(dataPath, NameOf(store)),
            ["listen-client-urls"] = Url(port + PortOffsets[store]),
            ["listen-peer-urls"] = Url(port + PortOffsets[store] + 1),
            ["initial-advertise-peer-urls"] = Url(port + PortOffsets[store] + 1),
            ["initial-cluster"] = string.Join(',', Enumerable.Range(0, PortOffsets.Length)
                .Select(other => $"{NameOf(other)}={Url(port + PortOffsets[other] + 1)}")),
            ["initial-cluster-token"] = "sampan-dev",
        };
        return ServerOptions.From(Settings.Gather(flags, new Dictionary<string, string>(StringComparer.Ordinal), null));
    }

    private static async Task ShowAsync(
        ParseResult parsed, List<StoreServer> servers, int port, string dataPath, CancellationToken cancellation)
    {
        var endpoints = string.Join(',', PortOffsets.Select(offset => Address(port + offset)));
        var lines = new List<string>
        {
            $"Three stores run. Endpoints: {endpoints}",
            $"Data: {Path.GetFullPath(dataPath)} (kept when they stop)",
        };
        var leader = await LeaderAsync(servers, cancellation).ConfigureAwait(false);
        lines.Add(leader < 0
            ? "No leader yet; `sampan status` will show it."
            : $"Leader: {NameOf(leader)} at {Address(port + PortOffsets[leader])}");
        lines.Add(string.Empty);
        lines.Add("Try, from another terminal:");
        lines.Add($"  etcdctl --endpoints={endpoints} put greeting hello");
        lines.Add($"  etcdctl --endpoints={endpoints} get greeting");
        lines.Add($"  sampan status --endpoints {endpoints}");
        lines.Add(string.Empty);
        lines.Add("Ctrl-C stops them.");
        await parsed.InvocationConfiguration.Output
            .WriteLineAsync(string.Join(Environment.NewLine, lines).AsMemory(), cancellation)
            .ConfigureAwait(false);
    }

    private static async Task<int> LeaderAsync(List<StoreServer> servers, CancellationToken cancellation)
    {
        // Some elections' time; a cluster that has not elected by then is shown as it is.
        for (var i = 0; i < 200; i++)
        {
            var leader = servers.FindIndex(server => server.Status is { IsLeader: true } status
                && status.Leader != ReplicaId.None);
            if (leader >= 0)
            {
                return leader;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), new BootTimeProvider(), cancellation).ConfigureAwait(false);
        }

        return -1;
    }

    private static string NameOf(int store) => $"store{(store + 1).ToString(CultureInfo.InvariantCulture)}";

    private static string Address(int port) => $"127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";

    private static string Url(int port) => $"http://{Address(port)}";
}
