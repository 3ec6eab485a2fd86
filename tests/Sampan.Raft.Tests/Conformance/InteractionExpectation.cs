using System.Globalization;
using System.Text.RegularExpressions;
using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// What the text behind a directive says, read by meaning: hard states, committed entries, configurations and delivered
/// messages. Everything else in it (log lines, pacing) is passed over.
/// </summary>
internal sealed partial class InteractionExpectation
{
    private readonly SortedDictionary<ulong, HardState> _hardStates = [];
    private readonly List<(ulong Node, ulong Index, string Entry)> _committed = [];
    private readonly List<(ulong Node, string Configuration)> _configurations = [];
    private readonly List<string> _delivered = [];

    /// <summary>Reads the text behind a directive.</summary>
    public InteractionExpectation(Directive directive)
    {
        // A directive for one node does not name it again in its text.
        var node = directive.Name == "process-ready" && directive.Numbers.Count == 1 ? directive.Numbers[0] : 0;
        var receives = directive.Name == "deliver-msgs";
        var inCommitted = false;
        foreach (var text in directive.Expected)
        {
            var line = text.TrimStart();
            if (Header().Match(line) is { Success: true } header)
            {
                node = Number(header, "node");
                receives = header.Groups["what"].Value == "receiving messages";
                inCommitted = false;
            }
            else if (Entry().Match(line) is { Success: true } entry)
            {
                if (inCommitted)
                {
                    _committed.Add((node, Number(entry, "index"), line));
                }
            }
            else
            {
                inCommitted = line == "CommittedEntries:";
                ReadLine(line, node, receives);
            }
        }
    }

    /// <summary>The last hard state of each node.</summary>
    public IReadOnlyDictionary<ulong, HardState> HardStates => _hardStates;

    /// <summary>Committed entries as they were handed out.</summary>
    public IReadOnlyList<(ulong Node, ulong Index, string Entry)> Committed => _committed;

    /// <summary>Configurations as they were switched to.</summary>
    public IReadOnlyList<(ulong Node, string Configuration)> Configurations => _configurations;

    /// <summary>Messages between nodes as they were delivered.</summary>
    public IReadOnlyList<string> Delivered => _delivered;

    private void ReadLine(string line, ulong node, bool receives)
    {
        if (HardStateLine().Match(line) is { Success: true } state)
        {
            _hardStates[node] = new HardState(
                Number(state, "term"), new ReplicaId(Number(state, "vote")), Number(state, "commit"));
        }
        else if (Switched().Match(line) is { Success: true } switched)
        {
            _configurations.Add((Number(switched, "node"), switched.Groups["configuration"].Value));
        }
        else if (receives && MessageLine().Match(line) is { Success: true } message)
        {
            ReadMessage(message);
        }
    }

    private void ReadMessage(Match message)
    {
        var from = new ReplicaId(Number(message, "from"));
        var to = new ReplicaId(Number(message, "to"));
        if (from == to)
        {
            // With asynchronous storage a node of the scripts answers itself.
            return;
        }

        var type = message.Groups["type"].Value;
        var isHint = type == "MsgAppResp";
        _delivered.Add(InteractionText.Message(
            from,
            to,
            type,
            Number(message, "term"),
            new LogId(isHint ? 0 : Number(message, "logterm"), Number(message, "index")),
            Number(message, "commit"),
            message.Groups["reject"].Success));
    }

    private static ulong Number(Match match, string group) =>
        match.Groups[group].Success ? ulong.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^> (?<node>\d+) (?<what>.+)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Header();

    [GeneratedRegex(
        @"^\d+/(?<index>\d+) Entry\w+( .*)?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Entry();

    [GeneratedRegex(
        @"^HardState Term:(?<term>\d+)( Vote:(?<vote>\d+))?( Commit:(?<commit>\d+))?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex HardStateLine();

    [GeneratedRegex(
        @"^INFO (?<node>\d+) switched to configuration (?<configuration>.+)$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex Switched();

    [GeneratedRegex(
        @"^(?<from>\d+)->(?<to>\d+) (?<type>Msg\w+) Term:(?<term>\d+) Log:(?<logterm>\d+)/(?<index>\d+)"
        + @"( Commit:(?<commit>\d+))?( (?<reject>Rejected).*| Entries:.*)?$",
        RegexOptions.ExplicitCapture,
        matchTimeoutMilliseconds: 1000)]
    private static partial Regex MessageLine();
}
