using System.Collections;
using System.CommandLine;
using Microsoft.Extensions.Logging;
using Sampan.Io;
using Sampan.Server;
using Sampan.Server.Options;

namespace Sampan.Cli.Commands;

/// <summary><c>sampan server</c>: one store.</summary>
internal static class ServerCommand
{
    /// <summary>The command.</summary>
    public static Command Create()
    {
        var command = new Command(
            "server",
            """
            Runs one store. Every flag can also be set by an environment variable (--data-dir: SAMPAN_DATA_DIR, or
            etcd's ETCD_DATA_DIR) or in the JSON file that --config-file names ({"data-dir": "..."}); a flag counts
            before a variable, a variable before the file. The store runs until Ctrl-C or SIGTERM.

            Example, the first of three members (start the others alike, with their own names and addresses):
              sampan server --name a --data-dir /var/lib/sampan \
                --listen-client-urls http://10.0.0.1:2379 --listen-peer-urls http://10.0.0.1:2380 \
                --initial-advertise-peer-urls http://10.0.0.1:2380 \
                --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380
            """);
        var file = new Option<string?>("--config-file")
        {
            Description = $"A JSON file of settings; or {Settings.FileVariable}.",
            HelpName = "path",
        };
        command.Add(file);
        var flags = new Dictionary<string, Option<string?>>(StringComparer.Ordinal);
        foreach (var setting in Settings.All)
        {
            var text = setting.Default.Length > 0 ? $"{setting.Help} [default: {setting.Default}]" : setting.Help;
            flags[setting.Name] = new Option<string?>($"--{setting.Name}") { Description = text, HelpName = "value" };
            command.Add(flags[setting.Name]);
        }

        command.SetAction((parsed, wished) =>
        {
            var given = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, option) in flags)
            {
                if (parsed.GetValue(option) is { } value)
                {
                    given[name] = value;
                }
            }

            return RunAsync(given, parsed.GetValue(file), parsed.InvocationConfiguration, wished);
        });
        return command;
    }

    private static async Task<int> RunAsync(
        Dictionary<string, string> flags, string? file, InvocationConfiguration console, CancellationToken wished)
    {
        try
        {
            var options = ServerOptions.From(Settings.Gather(flags, Variables(), file));
            using var logs = Running.Logs(LogLevel.Information);
            var server = new StoreServer(options, new BootTimeProvider(), logs);
            await using (server.ConfigureAwait(false))
            {
                await server.StartAsync(wished).ConfigureAwait(false);
                return await Running.UntilEndAsync([server], console, wished).ConfigureAwait(false);
            }
        }
        catch (SettingException exception)
        {
            return await Running.FailAsync(console, exception.Message).ConfigureAwait(false);
        }
        catch (ServerFailedException exception)
        {
            return await Running.FailAsync(console, exception.Message).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (wished.IsCancellationRequested)
        {
            return 0;
        }
    }

    private static Dictionary<string, string> Variables() => Environment.GetEnvironmentVariables()
        .Cast<DictionaryEntry>()
        .ToDictionary(
            entry => (string)entry.Key, entry => (string?)entry.Value ?? string.Empty, StringComparer.Ordinal);
}
