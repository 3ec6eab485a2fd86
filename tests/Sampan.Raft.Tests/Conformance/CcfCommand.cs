namespace Sampan.Raft.Tests.Conformance;

/// <summary>One line of a CCF scenario.</summary>
internal sealed record CcfCommand(int Line, string Name, IReadOnlyList<string> Arguments)
{
    /// <summary>Whether it states something rather than doing something.</summary>
    public bool IsAssertion => Name.StartsWith("assert_", StringComparison.Ordinal);

    /// <summary>The argument that names a node or a number.</summary>
    public ulong Number(int position) =>
        ulong.Parse(Arguments[position], System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>All arguments from <paramref name="start"/> on, as numbers.</summary>
    public IEnumerable<ulong> NumbersFrom(int start) =>
        Enumerable.Range(start, Arguments.Count - start).Select(position => Number(position));

    /// <inheritdoc/>
    public override string ToString() => $"line {Line}: {string.Join(',', [Name, .. Arguments])}";
}
