using System.Globalization;
using System.Text;

namespace Sampan.Transport.Wire;

/// <summary>
/// Text that another store sent, as it may stand in a log: whoever wrote it must be able to forge no line, move no
/// cursor and turn no direction of writing around.
/// </summary>
internal static class WireText
{
    /// <summary>What is longer is cut.</summary>
    public const int LengthMax = 500;

    /// <summary>Reads bytes as UTF-8; what cannot be printed becomes a question mark.</summary>
    public static string Read(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty && text.Length < LengthMax)
        {
            Rune.DecodeFromUtf8(bytes, out var rune, out var count);
            bytes = bytes[count..];
            text.Append(IsPrintable(rune) ? rune.ToString() : "?");
        }

        return bytes.IsEmpty ? text.ToString() : text.Append("...").ToString();
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.PrivateUse or UnicodeCategory.Surrogate or UnicodeCategory.OtherNotAssigned);
}
