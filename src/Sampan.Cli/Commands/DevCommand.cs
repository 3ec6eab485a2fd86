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
    private const string Token = "sampan-dev";
    private const int DefaultPort = 2379;

    // Three stores share one disk: small segments start sooner and leave more of it.
    private const int SegmentBytes = 16 * 1024 * 1024;

    // The default ports are those that etcd's examples have; others lie together, below those of connections.
    private static readonly int[] _defaultOffsets = [0, 20_000, 30_000];
    private static readonly int[] _portOffsets = [0, 2, 4];
    private static readonly int _portMax = ushort.MaxValue - _portOffsets[^1] - 1;
    private static readonly TimeSpan _leaderWait = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan _leaderLook = TimeSpan.FromMilliseconds(50);

    /// <summary>The command.</summary>
    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "Client port of the first store. With 2379 the others have 22379 and 32379, with another one "
                + "the next but one each; peers have one more. Linux gives ports from 32768 on to connections.",
            HelpName = "port",
            DefaultValueFactory = _ => DefaultPort,
        };
        var data = new Option<string>("--data-dir")
        {
            Description = "Where the stores keep their data, between runs too.",
            HelpName = "path",
            DefaultValueFactory = _ => "sampan-dev",
        };
        var verbose = new Option<bool>("--verbose") { Description = "Shows the stores' logs." };
        var command = new Command(
            "dev",
            """
            Starts three durable stores in this process, on loopback, and says how to try them. Ctrl-C stops them; their
            data stays. To begin anew, delete the data folder.

            Example:
              sampan dev --port 12379 --data-dir ./try
            """)
        {
            port, data, verbose,
        };
        command.SetAction((parsed, wished) => RunAsync(
            parsed.GetValue(port),
            parsed.GetValue(data) ?? Token,
            parsed.GetValue(verbose) ? LogLevel.Information : LogLevel.Error,
            parsed.InvocationConfiguration,
            wished));
        return command;
    }

    /// <summary>The settings of one of the three stores.</summary>
    public static ServerOptions OptionsOf(int store, int port, string dataPath)
    {
        var offsets = port == DefaultPort ? _defaultOffsets : _portOffsets;
        var flags = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["name"] = NameOf(store),
            ["data-dir"] = Path.Combine(dataPath, NameOf(store)),
            ["listen-client-urls"] = Url(port + offsets[store]),
            ["listen-peer-urls"] = Url(port + offsets[store] + 1),
            ["initial-advertise-peer-urls"] = Url(port + offsets[store] + 1),
            ["initial-cluster"] = string.Join(',', Enumerable.Range(0, offsets.Length)
                .Select(other => $"{NameOf(other)}={Url(port + offsets[other] + 1)}")),
            ["initial-cluster-token"] = Token,
        };
        var options = ServerOptions.From(
            Settings.Gather(flags, new Dictionary<string, string>(StringComparer.Ordinal), filePath: null));

        // Ids as with the default ports, so that the data may be used with others.
        ClusterMember[] members =
        [
            .. options.Members.Select((member, i) => member with
            {
                Id = ClusterMember.IdOf(new Uri(Url(DefaultPort + _defaultOffsets[i] + 1)), Token),
            }),
        ];
        return options with { Members = members, Self = members[store], SegmentBytes = SegmentBytes };
    }

    // Null if the ports and the folder can be used.
    private static string? ProblemOf(int port, string dataPath) =>
        string.IsNullOrWhiteSpace(dataPath) ? "--data-dir is empty; give it a value, or leave it out."
        : port < 1 || port > _portMax ? $"--port is {port}; it must be from 1 to {_portMax}."
        : null;

    private static async Task<int> RunAsync(
        int port, string dataPath, LogLevel level, InvocationConfiguration console, CancellationToken wished)
    {
        if (ProblemOf(port, dataPath) is { } problem)
        {
            return await Running.FailAsync(console, problem).ConfigureAwait(false);
        }

        using var logs = Running.Logs(level);
        var time = new BootTimeProvider();
        var servers = new List<StoreServer>();
        try
        {
            for (var i = 0; i < _portOffsets.Length; i++)
            {
                servers.Add(new StoreServer(OptionsOf(i, port, dataPath), time, logs));
            }

            // All ports first: a store that dials one that is free could be given it as its own.
            servers.ForEach(server => server.Listen());
            await Task.WhenAll(servers.Select(server => server.StartAsync(wished))).ConfigureAwait(false);
            await ShowAsync(servers, dataPath, console, await LeaderAsync(servers, time, wished).ConfigureAwait(false))
                .ConfigureAwait(false);
            return await Running.UntilEndAsync(servers, console, wished).ConfigureAwait(false);
        }
        catch (ServerFailedException exception)
        {
            return await Running.FailAsync(console, exception.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (wished.IsCancellationRequested)
        {
            return 0;
        }
        finally
        {
            foreach (var server in servers)
            {
                await server.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    private static Task ShowAsync(
        List<StoreServer> servers, string dataPath, InvocationConfiguration console, StoreServer? leader)
    {
        var endpoints = string.Join(',', servers.Select(EndpointOf));
        var program = ProgramText.Of(Environment.ProcessPath, AppContext.BaseDirectory, Environment.CurrentDirectory);
        string[] lines =
        [
            "Three stores run, in this process.",
            .. servers.Where(server => server.Status is not { } status || status.Leader == ReplicaId.None)
                .Select(server => $"  BUT        {server.Options.Name} takes no part"
                    + (server.Complaint is { } complaint ? $": {complaint}" : " yet")),
            $"  endpoints  {endpoints}",
            leader is null
                ? "  leader     none yet"
                : $"  leader     {leader.Options.Name} at {EndpointOf(leader)}",
            $"  data       {Path.GetFullPath(dataPath)} (kept when they stop)",
            string.Empty,
            "Try, from another terminal (ETCDCTL_API=3 is for etcdctl 3.3 and older):",
            $"  etcdctl --endpoints={endpoints} put greeting hello",
            $"  etcdctl --endpoints={endpoints} get greeting",
            $"  {program} status --endpoints {endpoints}",
            $"  curl http://{EndpointOf(servers[0])}/health",
            string.Empty,
            "Ctrl-C stops them.",
        ];
        return console.Output.WriteLineAsync(string.Join(Environment.NewLine, lines));
    }

    // Null if none was elected in some elections' time; the cluster is then shown as it is.
    private static async Task<StoreServer?> LeaderAsync(
        List<StoreServer> servers, TimeProvider time, CancellationToken wished)
    {
        var begun = time.GetTimestamp();
        while (time.GetElapsedTime(begun) < _leaderWait)
        {
            if (servers.Find(server => server.Status is { IsLeader: true }) is { } leader)
            {
                return leader;
            }

            await Task.Delay(_leaderLook, time, wished).ConfigureAwait(false);
        }

        return null;
    }

    private static string NameOf(int store) => $"store{(store + 1).ToString(CultureInfo.InvariantCulture)}";

    private static string EndpointOf(StoreServer server) => server.Options.ClientEndpoints[0].ToString();

    private static string Url(int port) => $"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}";
}
