using System.Globalization;
using System.Text.RegularExpressions;

namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>One event of a recorded history, in whichever of the formats.</summary>
/// <param name="Process">The client; 0 where the format has none.</param>
/// <param name="Type">invoke, ok, fail or info.</param>
/// <param name="Function">What is done.</param>
/// <param name="Key">The key, where it stands apart.</param>
/// <param name="Value">The rest.</param>
internal sealed partial record RecordedEvent(int Process, string Type, string Function, string? Key, EdnValue Value)
{
    /// <summary>The events of a file; the format follows from how its name ends.</summary>
    public static IReadOnlyList<RecordedEvent> ReadFile(string path)
    {
        var text = File.ReadAllText(path);
        return Path.GetExtension(path) == ".log" ? ReadLog(text) : ReadEdn(text);
    }

    // Maps, one after the other or in one vector or list. What no client did (the one who disturbs) is left out.
    private static List<RecordedEvent> ReadEdn(string text)
    {
        var values = EdnReader.ReadAll(text);
        var maps = values.SelectMany(value => value.Kind == EdnKind.Map ? [value] : value.Items);
        var events = new List<RecordedEvent>();
        foreach (var map in maps)
        {
            var process = map.At("process");
            if (process.IsNil || process.Number is not null)
            {
                events.Add(new RecordedEvent(
                    (int)(process.Number ?? 0),
                    map.At("type").Content,
                    map.At("f").Content,
                    map.At("key").IsNil ? null : map.At("key").Content,
                    map.At("value")));
            }
        }

        return events;
    }

    private static List<RecordedEvent> ReadLog(string text)
    {
        var events = new List<RecordedEvent>();
        foreach (Match match in LogLine().Matches(text))
        {
            events.Add(new RecordedEvent(
                int.Parse(match.Groups["process"].ValueSpan, CultureInfo.InvariantCulture),
                match.Groups["type"].Value,
                match.Groups["function"].Value,
                Key: null,
                EdnReader.ReadAll(match.Groups["value"].Value) is [var value, ..] ? value : EdnValue.Nil));
        }

        return events;
    }

    [GeneratedRegex(
        @"^INFO\s+jepsen\.util - (?<process>\d+)\s+:(?<type>invoke|ok|fail|info)"
        + @"\s+:(?<function>read|write|cas)\s+(?<value>.*?)\s*$",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 10_000)]
    private static partial Regex LogLine();
}
