using System.CommandLine;
using Sampan.Cli.Bench;
using Sampan.Io;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan bench</c>: load against any etcd v3 endpoint.</summary>
internal static class BenchCommand
{
    private const int InterruptedCode = 130;

    /// <summary>The command.</summary>
    public static Command Create() => new(
        "bench",
        """
        Measures any etcd v3 endpoint (a real etcd too) with closed-loop clients: each sends its next request when the
        answer to the one before has come. Keys begin with 'k'; use a cluster whose data may be overwritten. Exit code 1
        if a request failed; the most frequent cause is told.

        Examples:
          sampan bench put --clients 64 --seconds 10
          sampan bench get --consistency s --total 100000
        """)
    {
        Create(LoadKind.Put, "Puts random keys."),
        Create(LoadKind.Get, "Gets random keys, all of which are put first."),
        Create(LoadKind.Mixed, "Nine gets to a put, of keys that are put first."),
        Create(LoadKind.Page, "Gets the first 100 keys of all, with their count; all are put first."),
    };

    private static Command Create(LoadKind kind, string description)
    {
        var endpoints = Endpoints.Option();
        var clients = Number("--clients", "Clients at once.", 64);
        var connections = Number("--connections", "HTTP/2 connections at most, spread over the endpoints.", 8);
        var total = Number("--total", "Ends after so many requests; 0: after --seconds.", 0);
        var seconds = Number("--seconds", "Ends after so many seconds.", 10);
        var keys = Number("--keys", "Different keys.", 100_000);
        var keySize = Number("--key-size", "Bytes of a key, from 8.", 16);
        var valueSize = Number("--value-size", "Bytes of a value.", 256);
        var consistency = new Option<string>("--consistency")
        {
            Description = "Of gets: l (linearizable) or s (serializable).",
            DefaultValueFactory = _ => "l",
        };
        consistency.AcceptOnlyFromAmong("l", "s");
        var isQuiet = new Option<bool>("--quiet")
        {
            Description = "Prints one line of figures only: succeeded, failed, per second, p50, p99, p99.9 in ms.",
        };
        var command = new Command($"{kind}".ToLowerInvariant(), description)
        {
            endpoints, clients, connections, total, seconds, keys, keySize, valueSize, consistency, isQuiet,
        };
        command.SetAction((parsed, cancellation) => RunAsync(
            new LoadOptions
            {
                Kind = kind,
                Endpoints = Commands.Endpoints.Of(parsed, endpoints),
                Clients = parsed.GetValue(clients),
                Connections = parsed.GetValue(connections),
                Total = parsed.GetValue(total),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Keys = parsed.GetValue(keys),
                KeyBytes = parsed.GetValue(keySize),
                ValueBytes = parsed.GetValue(valueSize),
                IsSerializable = parsed.GetValue(consistency) is "s",
            },
            parsed.GetValue(isQuiet),
            parsed.InvocationConfiguration,
            cancellation));
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = description, HelpName = "number", DefaultValueFactory = _ => value };

    private static async Task<int> RunAsync(
        LoadOptions options, bool isQuiet, InvocationConfiguration console, CancellationToken cancellation)
    {
        try
        {
            using var load = new Load(options, new BootTimeProvider());
            var report = await load.RunAsync(isQuiet ? null : console.Error, cancellation).ConfigureAwait(false);
            await console.Output.WriteLineAsync(isQuiet ? report.ToLine() : report.ToText()).ConfigureAwait(false);
            if (cancellation.IsCancellationRequested)
            {
                return InterruptedCode;
            }

            return report.Failed == 0
                ? 0
                : await Running.FailAsync(console, report.Complaint).ConfigureAwait(false);
        }
        catch (LoadException exception)
        {
            return await Running.FailAsync(console, exception.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return InterruptedCode;
        }
    }
}
