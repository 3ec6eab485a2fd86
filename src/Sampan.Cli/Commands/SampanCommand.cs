using System.CommandLine;
using System.CommandLine.Invocation;

namespace Sampan.Cli.Commands;

/// <summary>The whole program.</summary>
internal static class SampanCommand
{
    /// <summary>The command line with all its commands.</summary>
    public static RootCommand Create() => new(
        """
        Sampan, a replicated key-value store that speaks the etcd v3 API.

        First steps:
          sampan dev                                      three stores on this machine
          etcdctl --endpoints=127.0.0.1:2379 put k v      from another terminal (ETCDCTL_API=3 for old ones)
          sampan status                                   who leads, how far everybody is

        `sampan COMMAND --help` shows a command's options and an example.
        """)
    {
        DevCommand.Create(),
        ServerCommand.Create(),
        StatusCommand.Create(),
        InspectCommand.Create(),
        RecoverCommand.Create(),
        BenchCommand.Create(),
    };

    /// <summary>Says what is wrong with the arguments in a line or two, without all of the help.</summary>
    public static async Task<int> RunAsync(
        IReadOnlyList<string> arguments, InvocationConfiguration configuration, CancellationToken cancellation)
    {
        var parsed = Create().Parse(arguments);
        if (parsed.Action is ParseErrorAction errors)
        {
            errors.ShowHelp = false;

            // They are guesses by letters alone: for `--bogus` it is `-h`.
            errors.ShowTypoCorrections = false;
        }

        return await parsed.InvokeAsync(configuration, cancellation).ConfigureAwait(false);
    }
}
