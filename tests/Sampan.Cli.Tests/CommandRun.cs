using System.CommandLine;
using Sampan.Cli.Commands;

namespace Sampan.Cli.Tests;

/// <summary>What a command said, and how it ended.</summary>
internal sealed record CommandRun(int Code, string Output, string Error)
{
    /// <summary>Runs the program with these arguments to its end.</summary>
    public static async Task<CommandRun> OfAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var console = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            ProcessTerminationTimeout = null,
        };
        var code = await SampanCommand.RunAsync(arguments, console, CancellationToken.None);
        return new CommandRun(code, output.ToString(), error.ToString());
    }
}
