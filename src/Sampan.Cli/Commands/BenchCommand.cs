using System.CommandLine;
using System.Globalization;
using Sampan.Cli.Bench;
using Sampan.Io;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan bench</c>: load against any etcd v3 endpoint.</summary>
internal static class BenchCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "bench",
            "Measures any etcd v3 endpoint (a real etcd too) with closed-loop clients: each sends its next request\n"
            + "when the answer to the one before has come.\n\n"
            + "Examples:\n"
            + "  sampan bench put --clients 64 --seconds 10\n"
            + "  sampan bench get --consistency s --total 100000")
        {
            Create("put", "Puts random keys.", LoadKind.Put),
            Create("get", "Gets random keys, which are put first.", LoadKind.Get),
            Create("mixed", "Nine gets to a put.", LoadKind.Mixed),
            Create("page", "Gets the first 100 keys of all, with their count.", LoadKind.Page),
        };
        return command;
    }

    private static Command Create(string name, string description, LoadKind kind)
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
        var isQuiet = new Option<bool>("--quiet") { Description = "Prints one line of tab-separated figures only." };
        var command = new Command(name, description)
        {
            endpoints, clients, connections, total, seconds, keys, keySize, valueSize, consistency, isQuiet,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            IReadOnlyList<Uri> found;
            try
            {
                found = Endpoints.Parse(parsed.GetValue(endpoints));
            }
            catch (ArgumentException exception)
            {
                await Running.FailAsync(parsed, exception.Message).ConfigureAwait(false);
                return 1;
            }

            var text = parsed.GetValue(consistency);
            if (text is not ("l" or "s"))
            {
                await Running.FailAsync(parsed, $"--consistency is '{text}'; it must be l or s.").ConfigureAwait(false);
                return 1;
            }

            var options = new LoadOptions
            {
                Kind = kind,
                Endpoints = found,
                Clients = parsed.GetValue(clients),
                Connections = parsed.GetValue(connections),
                Total = parsed.GetValue(total),
                Duration = TimeSpan.FromSeconds(parsed.GetValue(seconds)),
                Keys = parsed.GetValue(keys),
                KeyBytes = parsed.GetValue(keySize),
                ValueBytes = parsed.GetValue(valueSize),
                IsSerializable = text is "s",
            };
            return await RunAsync(parsed, options, parsed.GetValue(isQuiet), cancellation).ConfigureAwait(false);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int value) =>
        new(name) { Description = $"{description}", DefaultValueFactory = _ => value };

    private static async Task<int> RunAsync(
        ParseResult parsed, LoadOptions options, bool isQuiet, CancellationToken cancellation)
    {
        try
        {
            options.Validate();
            using var load = new Load(options, new BootTimeProvider());
            var progress = isQuiet ? null : parsed.InvocationConfiguration.Error;
            var report = await load.RunAsync(progress, cancellation).ConfigureAwait(false);
            await parsed.InvocationConfiguration.Output
                .WriteLineAsync(isQuiet ? report.ToLine() : report.ToText()).ConfigureAwait(false);
            return report.Succeeded > 0 ? 0 : 1;
        }
        catch (ArgumentException exception)
        {
            await Running.FailAsync(parsed, exception.Message).ConfigureAwait(false);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130;
        }
    }
}
