using System.Runtime.CompilerServices;

namespace Sampan.Raft.Tests.Fixture;

/// <summary>The text of a property that is only put together when the property does not hold.</summary>
[InterpolatedStringHandler]
internal ref struct PropertyText
{
    private DefaultInterpolatedStringHandler _text;

    /// <summary>Called by the compiler before the parts of an interpolated string.</summary>
    public PropertyText(int literalLength, int formattedCount, bool condition, out bool isWanted)
    {
        isWanted = !condition;
        _text = condition ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
    }

    /// <summary>Called by the compiler.</summary>
    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    /// <summary>Called by the compiler.</summary>
    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    /// <summary>The text; only to be asked for once, and only where the property does not hold.</summary>
    public string Take() => _text.ToStringAndClear();
}
