using System.Globalization;
using Sampan.Model;
using Sampan.Raft.Quorum;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>One directive of the quorum files, as values.</summary>
internal sealed class QuorumCase
{
    private readonly SortedDictionary<ReplicaId, ulong> _inputs = [];

    /// <summary>Reads a directive.</summary>
    public QuorumCase(Directive directive)
    {
        Voters = Replicas(directive.Values("cfg"));
        IsJoint = directive.Has("cfgj");
        Outgoing = Replicas(directive.Values("cfgj").Where(value => value != "zero"));
        var named = Voters.Concat(Outgoing).Distinct().ToArray();
        var values = directive.Values(directive.Name == "vote" ? "votes" : "idx").Select(Value).ToArray();
        if (values.Length != named.Length)
        {
            var voters = string.Join(' ', named.Order().Select(replica => $"{replica}:{{}}"));
            Error = $"error: mismatched input (explicit or _) for voters map[{voters}]: [{string.Join(' ', values)}]";
            return;
        }

        for (var i = 0; i < named.Length; i++)
        {
            if (values[i] != 0)
            {
                _inputs[named[i]] = values[i];
            }
        }
    }

    /// <summary>The text of what is wrong with the case itself; null if nothing is.</summary>
    public string? Error { get; }

    /// <summary>Whether two halves were given, be the second one empty.</summary>
    public bool IsJoint { get; }

    /// <summary>The first half.</summary>
    public ReplicaId[] Voters { get; }

    /// <summary>The second half.</summary>
    public ReplicaId[] Outgoing { get; }

    /// <summary>What was given as acknowledged.</summary>
    public Inputs Known => new(_inputs);

    /// <summary>The inputs with one index replaced; 0 makes it unknown.</summary>
    public Inputs With(ReplicaId replica, ulong index)
    {
        var changed = new SortedDictionary<ReplicaId, ulong>(_inputs) { [replica] = index };
        return new Inputs(changed);
    }

    /// <summary>
    /// Bars that compare the acknowledged indexes: one x for each member with a smaller one.
    /// </summary>
    public string Chart()
    {
        var members = Voters.Union(Outgoing).Order().ToArray();
        if (members.Length == 0)
        {
            return "<empty majority quorum>";
        }

        var chart = new string(' ', members.Length) + "    idx\n";
        foreach (var member in members)
        {
            var known = Known.TryGetIndex(member, out var index);
            var smaller = members.Count(other => (Known.TryGetIndex(other, out var value) ? value : 0) < index);
            var bar = known ? new string('x', smaller) + ">" : "?";
            chart += $"{bar.PadRight(members.Length + 1)} {index,5}    (id={member})\n";
        }

        return chart;
    }

    private static ReplicaId[] Replicas(IEnumerable<string> values) =>
        [.. values.Select(value => new ReplicaId(ulong.Parse(value, CultureInfo.InvariantCulture)))];

    private static ulong Value(string text) => text switch
    {
        "_" => 0,
        "n" => 1,
        "y" => 2,
        _ => ulong.Parse(text, CultureInfo.InvariantCulture),
    };

    /// <summary>Acknowledged indexes, or votes (1: refused, 2: granted).</summary>
    internal readonly struct Inputs(SortedDictionary<ReplicaId, ulong> values) : IAcknowledged, IBallots
    {
        /// <inheritdoc/>
        public bool TryGetIndex(ReplicaId replica, out ulong index) => values.TryGetValue(replica, out index);

        /// <inheritdoc/>
        public bool TryGetVote(ReplicaId replica, out bool granted)
        {
            var known = values.TryGetValue(replica, out var vote);
            granted = vote == 2;
            return known;
        }
    }
}
