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
            "Runs one store. Every flag can also be set by an environment variable (--data-dir: SAMPAN_DATA_DIR) or\n"
            + "in the JSON file that --config-file names; a flag counts before a variable, that before the file.\n\n"
            + "Example, the first of three members:\n"
            + "  sampan server --name a --data-dir /var/lib/sampan \\\n"
            + "    --listen-client-urls http://10.0.0.1:2379 --listen-peer-urls http://10.0.0.1:2380 \\\n"
            + "    --initial-advertise-peer-urls http://10.0.0.1:2380 \\\n"
            + "    --initial-cluster a=http://10.0.0.1:2380,b=http://10.0.0.2:2380,c=http://10.0.0.3:2380");
        var file = new Option<string?>("--config-file") { Description = $"A JSON file of settings; or {Settings.FileVariable}." };
        command.Add(file);
        var flags = new Dictionary<string, Option<string?>>(StringComparer.Ordinal);
        foreach (var setting in Settings.All)
        {
            var text = setting.Default.Length > 0 ? $"{setting.Help} [default: {setting.Default}]" : setting.Help;
            flags[setting.Name] = new Option<string?>($"--{setting.Name}") { Description = text };
            command.Add(flags[setting.Name]);
        }

        command.SetAction(parsed =>
        {
            var given = new Dictionary<string, string>(StringComparer.Ordinal);
            foreach (var (name, option) in flags)
            {
                if (parsed.GetValue(option) is { } value)
                {
                    given[name] = value;
                }
            }

            return RunAsync(parsed, given, parsed.GetValue(file));
        });
        return command;
    }

    private static async Task<int> RunAsync(
        ParseResult parsed, Dictionary<string, string> flags, string? file)
    {
        ServerOptions options;
        try
        {
            var variables = Variables();
            options = ServerOptions.From(
                Settings.Gather(flags, variables, file ?? variables.GetValueOrDefault(Settings.FileVariable)));
        }
        catch (SettingException exception)
        {
            await Running.FailAsync(parsed, exception.Message).ConfigureAwait(false);
            return 1;
        }

        using var logs = Running.Logs(LogLevel.Information);
        var server = new StoreServer(options, new BootTimeProvider(), logs);
        await using (server.ConfigureAwait(false))
        {
            try
            {
                await server.StartAsync(CancellationToken.None).ConfigureAwait(false);
            }
            catch (ServerFailedException exception)
            {
                await Running.FailAsync(parsed, exception.Message).ConfigureAwait(false);
                return 1;
            }

            return await Running.UntilEndAsync(parsed, [server]).ConfigureAwait(false);
        }
    }

    private static Dictionary<string, string> Variables()
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (DictionaryEntry entry in Environment.GetEnvironmentVariables())
        {
            variables[(string)entry.Key] = (string?)entry.Value ?? string.Empty;
        }

        return variables;
    }
}
