using System.Globalization;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// The name of a snapshot's directory in that of its group: its last index, and where that name is taken a number
/// behind it (<c>120</c>, <c>120.2</c>). A taken name is never replaced in place, so what is marked stays whole until
/// its successor is. <c>.tmp</c> behind it says that the directory counts for nothing, <c>.damaged</c> that it was set
/// aside.
/// </summary>
internal readonly record struct SnapshotName(ulong Index, uint Copy)
{
    /// <summary>Ends the name of a directory that counts for nothing.</summary>
    public const string TemporarySuffix = ".tmp";

    /// <summary>Ends the name of a snapshot that failed its check.</summary>
    public const string DamagedSuffix = ".damaged";

    /// <summary>The first name that a snapshot of this index may have.</summary>
    public static SnapshotName First(ulong index) => new(index, Copy: 1);

    /// <summary>The next one, if that is taken.</summary>
    public SnapshotName Next() => this with { Copy = Copy + 1 };

    /// <summary>Reads a name; only what <see cref="ToString"/> writes is one.</summary>
    public static bool TryParse(string text, out SnapshotName name)
    {
        name = default;
        var parts = text.Split('.');
        if (parts.Length > 2
            || !ulong.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index))
        {
            return false;
        }

        var copy = 1U;
        if (parts.Length == 2 && !uint.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out copy))
        {
            return false;
        }

        name = new SnapshotName(index, copy);
        return copy >= 1 && string.Equals(name.ToString(), text, StringComparison.Ordinal);
    }

    /// <summary>Reads a name with this suffix.</summary>
    public static bool TryParse(string text, string suffix, out SnapshotName name)
    {
        name = default;
        return text.EndsWith(suffix, StringComparison.Ordinal) && TryParse(text[..^suffix.Length], out name);
    }

    /// <inheritdoc/>
    public override string ToString() => Copy == 1
        ? Index.ToString(CultureInfo.InvariantCulture)
        : string.Create(CultureInfo.InvariantCulture, $"{Index}.{Copy}");
}
