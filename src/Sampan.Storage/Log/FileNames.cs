using System.Globalization;

namespace Sampan.Storage.Log;

/// <summary>Names in the log's directory. A name that is none of these is not ours and is left alone.</summary>
internal static class FileNames
{
    private const string SegmentEnd = ".log";
    private const string SpareEnd = ".spare";
    private const string UnfinishedEnd = ".tmp";

    /// <summary>A segment that belongs to the log, by its sequence.</summary>
    public static string Segment(ulong sequence) => Of(sequence, SegmentEnd);

    /// <summary>A prepared file that waits to become a segment.</summary>
    public static string Spare(ulong number) => Of(number, SpareEnd);

    /// <summary>A file that is still being filled with zeros; deleted at start.</summary>
    public static string Unfinished(ulong number) => Of(number, UnfinishedEnd);

    /// <summary>Whether the name is a segment's, and of which.</summary>
    public static bool TrySegment(string name, out ulong sequence) => TryParse(name, SegmentEnd, out sequence);

    /// <summary>Whether the name is a spare's.</summary>
    public static bool TrySpare(string name, out ulong number) => TryParse(name, SpareEnd, out number);

    /// <summary>Whether the name is that of an unfinished file.</summary>
    public static bool TryUnfinished(string name, out ulong number) => TryParse(name, UnfinishedEnd, out number);

    private static string Of(ulong number, string end) => number.ToString("x16", CultureInfo.InvariantCulture) + end;

    private static bool TryParse(string name, string end, out ulong number)
    {
        number = 0;
        return name.Length == 16 + end.Length
            && name.EndsWith(end, StringComparison.Ordinal)
            && ulong.TryParse(
                name.AsSpan(0, 16), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number)
            && string.Equals(Of(number, end), name, StringComparison.Ordinal);
    }
}
