using System.Text.RegularExpressions;

namespace Sampan.Tidy.Tests.Docs;

/// <summary>What text files must keep; each function judges a text, so that it can be tried on invented ones.</summary>
internal static partial class DocRules
{
    // Put together from parts, so that this file does not hold what it looks for.
    private const string MachinePath = "(?<![A-Za-z0-9_.*~-])/(wo" + "rk|ho" + "me|ro" + "ot|Us" + "ers|tm" + "p)/";

    private const string Registry = "registry[.]npm|npm" + "js[.](org|com)|nuget" + "[.]org|pkgs[.]dev[.]azure|"
        + "deb[.]deb" + "ian|pypi" + "[.]org|proxy[.]go" + "lang|ghcr" + "[.]io";

    /// <summary>Relative links whose file, or heading in it, does not exist.</summary>
    /// <param name="path">The file that links, relative to the root.</param>
    /// <param name="text">Its text.</param>
    /// <param name="read">The text of another file, or null if there is none; an empty text for a folder.</param>
    public static IEnumerable<string> DeadLinks(string path, string text, Func<string, string?> read)
    {
        foreach (Match match in Link().Matches(Fenced().Replace(text, string.Empty)))
        {
            var target = match.Groups["target"].Value;
            if (target.Contains(':', StringComparison.Ordinal))
            {
                continue;
            }

            var parts = target.Split('#', 2);
            var file = parts[0].Length == 0 ? path : Resolve(path, parts[0]);
            var linked = parts[0].Length == 0 ? text : read(file);
            if (linked is null)
            {
                yield return $"{path}: {target} leads nowhere";
            }
            else if (parts.Length == 2 && !Headings(linked).Contains(parts[1]))
            {
                yield return $"{path}: {target} names no heading of {file}";
            }
        }
    }

    /// <summary>Numbers of invariants that a document defines, in order of appearance.</summary>
    public static IReadOnlyList<string> DefinedInvariants(string text) =>
        [.. Definition().Matches(text).Select(match => match.Groups["number"].Value)];

    /// <summary>Numbers of invariants that a text cites.</summary>
    public static IEnumerable<string> CitedInvariants(string text) =>
        Citation().Matches(text).Select(match => match.Value).Distinct(StringComparer.Ordinal);

    /// <summary>Traces of one developer's machine or network, which mean nothing to anybody else.</summary>
    public static IEnumerable<string> MachineTraces(string path, string text)
    {
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            foreach (Match match in Trace().Matches(lines[i]))
            {
                yield return $"{path}:{i + 1}: {match.Value}";
            }
        }
    }

    private static string Resolve(string path, string target)
    {
        var folders = new List<string>(path.Split('/')[..^1]);
        foreach (var part in target.TrimEnd('/').Split('/'))
        {
            if (part == ".." && folders.Count > 0)
            {
                folders.RemoveAt(folders.Count - 1);
            }
            else if (part != ".")
            {
                folders.Add(part);
            }
        }

        return string.Join('/', folders);
    }

    // The anchor of a heading: lower case, spaces become dashes, other signs vanish.
    private static HashSet<string> Headings(string text) =>
        Heading().Matches(text)
            .Select(match => match.Groups["title"].Value.Trim().ToLowerInvariant().Replace(' ', '-'))
            .Select(anchor => string.Concat(anchor.Where(sign => char.IsLetterOrDigit(sign) || sign is '-' or '_')))
            .ToHashSet(StringComparer.Ordinal);

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Link();

    [GeneratedRegex(MachinePath + "|" + Registry, RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Trace();

    [GeneratedRegex("^```.*?^```", RegexOptions.Singleline | RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Fenced();

    [GeneratedRegex(@"^#+\s+(?<title>.+)$", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\*\*(?<number>I-\d{2})\*\*", RegexOptions.Multiline, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Definition();

    [GeneratedRegex(@"\bI-\d{2}\b", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Citation();
}
