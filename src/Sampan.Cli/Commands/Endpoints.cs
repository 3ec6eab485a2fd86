using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace Sampan.Cli.Commands;

/// <summary>The <c>--endpoints</c> option: host:port, separated by commas.</summary>
internal static class Endpoints
{
    private const string Default = "127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379";

    private static readonly Uri[] _default =
        [.. Default.Split(',').Select(endpoint => new Uri($"http://{endpoint}"))];

    /// <summary>The option; what is wrong with its value is an error of the command line.</summary>
    public static Option<IReadOnlyList<Uri>?> Option() => new("--endpoints")
    {
        Description = $"Client endpoints, separated by commas. [default: {Default}]",
        HelpName = "host:port,...",
        CustomParser = parsed => Parse(string.Join(',', parsed.Tokens.Select(token => token.Value)), parsed),
    };

    /// <summary>The endpoints that were given, or those of <c>sampan dev</c>.</summary>
    public static IReadOnlyList<Uri> Of(ParseResult parsed, Option<IReadOnlyList<Uri>?> option) =>
        parsed.GetValue(option) ?? _default;

    private static List<Uri> Parse(string text, ArgumentResult parsed)
    {
        var found = new List<Uri>();
        foreach (var part in text.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var url = part.Contains("://", StringComparison.Ordinal) ? part : $"http://{part}";
            if (!Uri.TryCreate(url, UriKind.Absolute, out var endpoint) || !IsPlain(endpoint, part))
            {
                parsed.AddError(
                    $"--endpoints holds '{part}'; allowed is host:port, separated by commas (https is not there yet).");
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

    // Without TLS, and with a port that is written down: the one of the web is hardly ever meant.
    private static bool IsPlain(Uri endpoint, string text) =>
        endpoint.Scheme is "http" && endpoint.Host.Length > 0 && endpoint.UserInfo.Length == 0
        && endpoint.PathAndQuery is "/"
        && text.TrimEnd('/').EndsWith(
            $":{endpoint.Port.ToString(CultureInfo.InvariantCulture)}", StringComparison.Ordinal);
}
