using System.CommandLine;
using System.Runtime.InteropServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Sampan.Server;

namespace Sampan.Cli.Commands;

/// <summary>What commands that run servers share: logs, signals, the end.</summary>
internal static class Running
{
    /// <summary>Logs to standard error, a line each.</summary>
    public static ILoggerFactory Logs(LogLevel level) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", LogLevel.Warning)
        // Enabled at any level it makes an activity and a scope for every call: a quarter of what a call costs.
        .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
        .AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.UseUtcTimestamp = true;
            console.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
            console.ColorBehavior = LoggerColorBehavior.Disabled;
        })
        .Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace));

    /// <summary>
    /// Waits for Ctrl-C or a request to end, or until a store cannot go on; returns the program's exit code.
    /// </summary>
    public static async Task<int> UntilEndAsync(ParseResult parsed, IReadOnlyList<StoreServer> servers)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        var failures = servers.Select(server => server.Failure).ToArray();
        var first = await Task.WhenAny([ended.Task, .. failures]).ConfigureAwait(false);
        foreach (var server in servers)
        {
            await server.StopAsync().ConfigureAwait(false);
        }

        if (first is Task<string> failure)
        {
            await FailAsync(parsed, await failure.ConfigureAwait(false)).ConfigureAwait(false);
            return 1;
        }

        return 0;

        void End(PosixSignalContext context)
        {
            context.Cancel = true;
            ended.TrySetResult();
        }
    }

    /// <summary>Says what went wrong.</summary>
    public static Task FailAsync(ParseResult parsed, string sentence) =>
        parsed.InvocationConfiguration.Error.WriteLineAsync($"sampan: {sentence}");
}
