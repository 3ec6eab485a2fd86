using System.CommandLine;
using System.CommandLine.Parsing;

namespace Sampan.Cli.Commands;

/// <summary>The <c>--endpoints</c> option: host:port, separated by commas.</summary>
internal static class Endpoints
{
    private const string Default = "127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379";

    /// <summary>The option; what is wrong with its value is an error of the command line.</summary>
    public static Option<IReadOnlyList<Uri>> Option() => new("--endpoints")
    {
        Description = $"Client endpoints, separated by commas. [default: {Default}]",
        HelpName = "host:port,...",
        CustomParser = parsed => Parse(string.Join(',', parsed.Tokens.Select(token => token.Value)), parsed),
        DefaultValueFactory = parsed => Parse(Default, parsed),
    };

    private static List<Uri> Parse(string text, ArgumentResult parsed)
    {
        var found = new List<Uri>();
        foreach (var part in text.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var url = part.Contains("://", StringComparison.Ordinal) ? part : $"http://{part}";
            if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint)
                || endpoint.Scheme is not ("http" or "https") || endpoint.Host.Length == 0)
            {
                parsed.AddError($"--endpoints holds '{part}'; allowed is host:port, separated by commas.");
                return [];
            }

            found.Add(endpoint);
        }

        if (found.Count == 0)
        {
            parsed.AddError("--endpoints is empty; allowed is host:port, separated by commas.");
        }

        return found;
    }
}
