using Sampan.Base;
using Sampan.Model;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// Runs a script and compares it with its text. Where the script's log level is <c>none</c> nothing is said of what
/// happened, so hard states are compared at the end of each stretch in which it was said.
/// </summary>
internal sealed class InteractionComparison
{
    private readonly InteractionCluster _cluster = new();
    private readonly List<string> _differences = [];
    private readonly List<string> _messageDifferences = [];
    private readonly SortedDictionary<ulong, HardState> _hardStates = [];
    private readonly SortedDictionary<ulong, SortedDictionary<ulong, string>> _committed = [];
    private readonly SortedDictionary<ulong, List<string>> _configurations = [];
    private readonly SortedDictionary<ulong, int> _switchedAtStep = [];
    private int _step;
    private int _quietStep = -1;
    private int _terseStep = -1;
    private bool _isQuiet;
    private bool _isTerse;

    private InteractionComparison()
    {
    }

    /// <summary>Runs all of a file.</summary>
    public static InteractionVerdict Run(DataDrivenFile file)
    {
        var comparison = new InteractionComparison();
        try
        {
            foreach (var directive in file.Directives)
            {
                comparison.Run(directive);
            }

            comparison.CompareHardStates("at the end");
            comparison.CompareCommitted();
            comparison.CompareConfigurations();
        }
        catch (InvariantViolationException violation)
        {
            comparison._differences.Add(violation.ToString());
        }

        return new InteractionVerdict(comparison._differences, comparison._messageDifferences);
    }

    private void Run(Directive directive)
    {
        try
        {
            RunAndCompare(directive);
        }
        catch (InvariantViolationException violation)
        {
            throw new InvariantViolationException($"{directive}: {violation.Message}", violation);
        }
    }

    private void RunAndCompare(Directive directive)
    {
        _step++;
        if (directive.Name == "log-level")
        {
            var level = directive.Positional.First();
            _isQuiet = level == "none";
            _isTerse = level is not ("debug" or "info");
            return;
        }

        var isQuiet = _isQuiet || directive.Values("log-level").Contains("none", StringComparer.Ordinal);
        _quietStep = isQuiet ? _step : _quietStep;
        _terseStep = isQuiet || _isTerse ? _step : _terseStep;
        if (isQuiet)
        {
            CompareHardStates($"before {directive}");
        }

        var looked = _cluster.Run(directive);
        if (isQuiet)
        {
            return;
        }

        if (looked is not null)
        {
            if (looked != directive.ExpectedText)
            {
                _differences.Add($"{directive}\nexpected:\n{directive.ExpectedText}actual:\n{looked}");
            }

            return;
        }

        Note(directive, new InteractionExpectation(directive));
    }

    private void Note(Directive directive, InteractionExpectation expected)
    {
        foreach (var (node, state) in expected.HardStates)
        {
            _hardStates[node] = state;
        }

        foreach (var (node, index, entry) in expected.Committed)
        {
            Of(_committed, node)[index] = entry;
        }

        foreach (var (node, configuration) in expected.Configurations)
        {
            Of(_configurations, node).Add(configuration);
            _switchedAtStep[node] = _step;
        }

        CompareMessages(directive, expected.Delivered);
    }

    private void CompareMessages(Directive directive, IReadOnlyList<string> expected)
    {
        var missing = expected.ToList();
        var extra = _cluster.Delivered.Where(message => !missing.Remove(message)).ToList();
        if (missing.Count > 0 || extra.Count > 0)
        {
            _messageDifferences.Add(
                $"{directive}\n{string.Concat(missing.Select(message => $"  missing {message}\n"))}"
                + string.Concat(extra.Select(message => $"  extra   {message}\n")));
        }
    }

    /// <summary>Compares what was said last of each node.</summary>
    private void CompareHardStates(string when)
    {
        foreach (var (number, expected) in _hardStates)
        {
            var actual = _cluster.Nodes[number].HardState;
            if (actual != expected)
            {
                _differences.Add($"node {number}, {when}: expected {expected}, actual {actual}");
            }
        }

        _hardStates.Clear();
    }

    /// <summary>
    /// There is one committed log. What a node applied, and what was said that it applied, must be parts of it, in
    /// order; and what was said to be applied must have been, unless a snapshot brought it.
    /// </summary>
    private void CompareCommitted()
    {
        var log = new SortedDictionary<ulong, string>();
        foreach (var (index, entry) in _committed.Values.SelectMany(entries => entries))
        {
            log[index] = entry;
        }

        foreach (var (number, node) in _cluster.Nodes)
        {
            foreach (var (index, entry) in node.History.Entries)
            {
                if (log.TryGetValue(index, out var expected) ? expected != entry : !log.TryAdd(index, entry))
                {
                    _differences.Add($"node {number} applied {entry} where the group committed {log[index]}");
                }
            }

            foreach (var (index, entry) in Of(_committed, number))
            {
                var isCovered = node.History.HasSnapshot && index <= node.History.LastIndex;
                if (!node.History.Entries.ContainsKey(index) && !isCovered)
                {
                    _differences.Add($"node {number} did not apply {entry}");
                }
            }

            if (_quietStep < 0 && !node.History.HasSnapshot)
            {
                AssertSameEntries(number, node);
            }
        }
    }

    private void AssertSameEntries(ulong number, InteractionNode node)
    {
        foreach (var (index, entry) in node.History.Entries)
        {
            if (!Of(_committed, number).ContainsKey(index))
            {
                _differences.Add($"node {number} applied {entry}, which it should not have");
            }
        }
    }

    /// <summary>
    /// The configurations of a node in order. Under the append rule they come into force earlier, and also in a node
    /// that got an older snapshot and the rest by appends; so the node may pass through more of those that the group
    /// had, but must pass through all that were named, in order, and end with the last one.
    /// </summary>
    private void CompareConfigurations()
    {
        var known = _configurations.Values.SelectMany(list => list).ToHashSet(StringComparer.Ordinal);
        foreach (var (number, expected) in _configurations)
        {
            var actual = _cluster.Nodes[number].History.Configurations;
            var position = 0;
            foreach (var configuration in actual)
            {
                position += position < expected.Count && configuration == expected[position] ? 1 : 0;
            }

            var isSound = position == expected.Count
                && (_switchedAtStep[number] < _terseStep || actual[^1] == expected[^1])
                && (_terseStep >= 0 || actual.All(known.Contains));
            if (!isSound)
            {
                _differences.Add(
                    $"node {number}: expected configurations {string.Join(", ", expected)}, "
                    + $"actual {string.Join(", ", actual)}");
            }
        }
    }

    private static T Of<T>(SortedDictionary<ulong, T> byNode, ulong node)
        where T : new()
    {
        if (!byNode.TryGetValue(node, out var value))
        {
            value = new T();
            byNode.Add(node, value);
        }

        return value;
    }
}
