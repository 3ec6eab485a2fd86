using System.CommandLine;

namespace Sampan.Cli.Commands;

/// <summary>The <c>--endpoints</c> option: host:port, separated by commas.</summary>
internal static class Endpoints
{
    /// <summary>The option.</summary>
    public static Option<string> Option() => new("--endpoints")
    {
        Description = "Client endpoints as host:port, separated by commas.",
        DefaultValueFactory = _ => "127.0.0.1:2379,127.0.0.1:22379,127.0.0.1:32379",
    };

    /// <summary>Reads it; throws <see cref="ArgumentException"/> for what is no list of endpoints.</summary>
    public static IReadOnlyList<Uri> Parse(string? text)
    {
        var found = new List<Uri>();
        foreach (var part in (text ?? string.Empty).Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var url = part.Contains("://", StringComparison.Ordinal) ? part : $"http://{part}";
            if (!Uri.TryCreate(url, UriKind.Absolute, out var parsed) || parsed.Host.Length == 0)
            {
                throw new ArgumentException(
                    $"--endpoints holds '{part}'; allowed is host:port, separated by commas.", nameof(text));
            }

            found.Add(parsed);
        }

        return found.Count > 0
            ? found
            : throw new ArgumentException(
                "--endpoints is empty; allowed is host:port, separated by commas.", nameof(text));
    }
}
