using System.Globalization;

namespace Sampan.Raft.Tests.Conformance;

/// <summary>One case of a <see cref="DataDrivenFile"/>: what to do, and what must come out.</summary>
internal sealed class Directive
{
    /// <summary>The line of the file at which it stands, from 1 on.</summary>
    public required int Line { get; init; }

    /// <summary>What to do.</summary>
    public required string Name { get; init; }

    /// <summary>The arguments in order.</summary>
    public required IReadOnlyList<DirectiveArgument> Arguments { get; init; }

    /// <summary>The lines between the directive and the dashes.</summary>
    public required IReadOnlyList<string> Input { get; init; }

    /// <summary>The lines behind the dashes.</summary>
    public required IReadOnlyList<string> Expected { get; init; }

    /// <summary>The expected lines as one text, each ended by a line feed.</summary>
    public string ExpectedText => string.Concat(Expected.Select(line => line + "\n"));

    /// <summary>Arguments without a value: the numbers of nodes, mostly.</summary>
    public IEnumerable<string> Positional =>
        Arguments.Where(argument => argument.Values.Count == 0).Select(argument => argument.Key);

    /// <summary>The positional arguments as numbers.</summary>
    public IReadOnlyList<ulong> Numbers => [.. Positional.Select(Number)];

    /// <summary>All values given under a key; none if it is absent.</summary>
    public IReadOnlyList<string> Values(string key) =>
        [.. Arguments.Where(argument => argument.Key == key).SelectMany(argument => argument.Values)];

    /// <summary>All values given under a key, as numbers.</summary>
    public IReadOnlyList<ulong> NumbersOf(string key) => [.. Values(key).Select(Number)];

    /// <summary>Whether a key was given at all.</summary>
    public bool Has(string key) => Arguments.Any(argument => argument.Key == key && argument.Values.Count > 0);

    /// <summary>Whether a key was given the value <c>true</c>.</summary>
    public bool IsTrue(string key) => Values(key).Contains("true", StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() =>
        $"line {Line}: {Name} {string.Join(' ', Arguments.Select(Text))}";

    private static string Text(DirectiveArgument argument) => argument.Values.Count switch
    {
        0 => argument.Key,
        1 => $"{argument.Key}={argument.Values[0]}",
        _ => $"{argument.Key}=({string.Join(',', argument.Values)})",
    };

    private static ulong Number(string text) => ulong.Parse(text, CultureInfo.InvariantCulture);
}
