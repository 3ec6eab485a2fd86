using Microsoft.Extensions.Logging;

namespace Sampan.Cli;

/// <summary>What the program says beside what its servers say.</summary>
internal static partial class Log
{
    [LoggerMessage(9000, LogLevel.Warning, "the environment variable {Variable} sets nothing; see sampan server --help")]
    public static partial void UnknownVariable(ILogger logger, string variable);
}
