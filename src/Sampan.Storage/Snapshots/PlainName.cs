namespace Sampan.Storage.Snapshots;

/// <summary>
/// Names of the files of a snapshot. They come from state machines and from other stores, so they are taken from a list
/// of allowed characters and can never be paths: no separator, no leading dot, nothing that a file system folds.
/// </summary>
internal static class PlainName
{
    /// <summary>The longest name.</summary>
    public const int LengthMax = 64;

    /// <summary>Whether it is one: a to z, 0 to 9, dot, hyphen, underscore; it begins with a letter or digit.</summary>
    public static bool IsPlain(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > LengthMax || !IsLetterOrDigit(name[0]))
        {
            return false;
        }

        foreach (var character in name)
        {
            if (!IsLetterOrDigit(character) && character is not ('.' or '-' or '_'))
            {
                return false;
            }
        }

        // The manifest lies in the same directory.
        return !name.SequenceEqual(SnapshotManifest.FileName);
    }

    private static bool IsLetterOrDigit(char character) => character is (>= 'a' and <= 'z') or (>= '0' and <= '9');
}
