using System.Text;

namespace Sampan.Tidy.Tests.Surface;

/// <summary>One public type while its parts are collected.</summary>
internal sealed class ApiType
{
    /// <summary><c>class</c>, <c>record struct</c>, <c>enum</c> ...</summary>
    public string Keyword { get; set; } = string.Empty;

    /// <summary>The parameters of a primary constructor or delegate.</summary>
    public string? Parameters { get; set; }

    /// <summary>Constraints of type parameters, each after a space.</summary>
    public string Constraints { get; set; } = string.Empty;

    /// <summary>Modifiers of all parts.</summary>
    public SortedSet<string> Modifiers { get; } = new(StringComparer.Ordinal);

    /// <summary>Base types of all parts.</summary>
    public SortedSet<string> Bases { get; } = new(StringComparer.Ordinal);

    /// <summary>One line a member.</summary>
    public List<string> Members { get; } = [];

    /// <summary>Appends the type and its members, sorted.</summary>
    public void Write(string name, StringBuilder text)
    {
        text.Append(string.Concat(Modifiers.Select(word => word + " ")));
        text.Append(Keyword).Append(' ').Append(name).Append(Parameters);
        text.Append(Bases.Count == 0 ? string.Empty : " : ").AppendJoin(", ", Bases);
        text.Append(Constraints).Append('\n');
        Members.Sort(StringComparer.Ordinal);
        foreach (var member in Members)
        {
            text.Append("    ").Append(member).Append('\n');
        }
    }
}
