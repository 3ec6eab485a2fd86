using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Sampan.Server;

namespace Sampan.Cli.Commands;

/// <summary>What commands that run servers share: logs, and the end.</summary>
internal static class Running
{
    /// <summary>The exit code of a command that could not do what was asked.</summary>
    public const int Failed = 1;

    /// <summary>Logs to standard error, a line each.</summary>
    public static ILoggerFactory Logs(LogLevel level) => LoggerFactory.Create(logging => logging
        .SetMinimumLevel(level)
        .AddFilter("Microsoft", LogLevel.Warning)
        // What keeps a server from starting is told by the command, in one sentence.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
        // While this category is on at any level, every request costs a scope and an activity.
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
    /// Waits until the end is wished for or a store cannot go on, then stops them all; returns the program's exit code.
    /// </summary>
    public static async Task<int> UntilEndAsync(
        IReadOnlyList<StoreServer> servers, InvocationConfiguration console, CancellationToken wished)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var end = wished.UnsafeRegister(static state => (state as TaskCompletionSource)?.TrySetResult(), ended);
        var failures = servers.Select(server => server.Failure).ToArray();
        var first = await Task.WhenAny([ended.Task, .. failures]).ConfigureAwait(false);
        if (servers is [var single] && first == ended.Task)
        {
            // Others go on, and need no election then.
            await single.HandOverAsync().ConfigureAwait(false);
        }

        await Task.WhenAll(servers.Select(server => server.StopAsync())).ConfigureAwait(false);
        return first is Task<string> failure
            ? await FailAsync(console, await failure.ConfigureAwait(false)).ConfigureAwait(false)
            : 0;
    }

    /// <summary>Says what went wrong; returns the exit code for it.</summary>
    public static async Task<int> FailAsync(InvocationConfiguration console, string sentence)
    {
        await console.Error.WriteLineAsync($"sampan: {sentence}").ConfigureAwait(false);
        return Failed;
    }
}
