namespace Sampan.Tidy.Tests.Core;

/// <summary>One place that breaks a rule.</summary>
/// <param name="Rule">The rule's id.</param>
/// <param name="Path">The file, relative to the root.</param>
/// <param name="Line">One-based; 0 if the whole file is meant.</param>
/// <param name="Symbol">The type or member, which outlives edits of the file; empty if the whole file is meant.</param>
/// <param name="Text">What is wrong and what to do instead.</param>
/// <param name="Measure">The measured number of a size rule, else null.</param>
internal sealed record Finding(string Rule, string Path, int Line, string Symbol, string Text, int? Measure)
{
    /// <summary>What a line in an exception list names.</summary>
    public string Subject => Symbol.Length == 0 ? Path : $"{Path}#{Symbol}";

    /// <inheritdoc/>
    public override string ToString() => $"{Rule} | {Subject} | line {Line}: {Text}";
}
