using System.CommandLine;
using Sampan.Cli.Commands;

using var signals = new Signals();
var configuration = new InvocationConfiguration
{
    // Signals are taken above: a store that stops may take longer than a library's patience.
    ProcessTerminationTimeout = null,
};
return await SampanCommand.RunAsync(args, configuration, signals.Token).ConfigureAwait(false);
