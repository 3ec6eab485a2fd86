namespace Sampan.Raft.Tests.Conformance;

/// <summary>
/// One argument of a <see cref="Directive"/>: <c>key</c>, <c>key=value</c> or <c>key=(value,value)</c>. A key alone has
/// no values; that is how node numbers are written.
/// </summary>
internal sealed class DirectiveArgument(string key, IReadOnlyList<string> values)
{
    /// <summary>What stands before the equals sign, or all of it.</summary>
    public string Key { get; } = key;

    /// <summary>What stands behind it.</summary>
    public IReadOnlyList<string> Values { get; } = values;
}
