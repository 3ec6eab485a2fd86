using System.Globalization;

namespace Sampan.Linearizability.Tests.Conformance;

/// <summary>
/// A value in EDN. Its text is canonical but for the order of sets and maps, so two values with equal texts are equal.
/// </summary>
internal sealed class EdnValue
{
    private EdnValue(EdnKind kind, string text, IReadOnlyList<EdnValue> items)
    {
        Kind = kind;
        Text = text;
        Items = items;
    }

    /// <summary>The value of nothing.</summary>
    public static EdnValue Nil { get; } = new(EdnKind.Nil, "nil", []);

    /// <summary>What it is.</summary>
    public EdnKind Kind { get; }

    /// <summary>How it is written; texts in quotes, a keyword without its colon.</summary>
    public string Text { get; }

    /// <summary>What it holds.</summary>
    public IReadOnlyList<EdnValue> Items { get; }

    /// <summary>Whether it is nothing.</summary>
    public bool IsNil => Kind == EdnKind.Nil;

    /// <summary>The content of a text, without quotes.</summary>
    public string Content => Text.StartsWith('"') ? Text[1..^1] : Text;

    /// <summary>The number; null if it is none.</summary>
    public long? Number => long.TryParse(Text, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>A value without parts.</summary>
    public static EdnValue Atom(EdnKind kind, string text) => new(kind, text, []);

    /// <summary>A value with parts.</summary>
    public static EdnValue Compound(EdnKind kind, IReadOnlyList<EdnValue> items) =>
        new(kind, $"({string.Join(' ', items.Select(item => item.Text))})", items);

    /// <summary>The value of a map at a keyword; nil if it has none.</summary>
    public EdnValue At(string keyword)
    {
        for (var i = 0; Kind == EdnKind.Map && i + 1 < Items.Count; i += 2)
        {
            if (Items[i].Content == keyword)
            {
                return Items[i + 1];
            }
        }

        return Nil;
    }
}
