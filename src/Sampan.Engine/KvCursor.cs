namespace Sampan.Engine;

/// <summary>
/// Walks a map in key order. It stands on a key or nowhere; <see cref="Key"/> and <see cref="Value"/> may be read only
/// while it stands on a key. Not thread-safe.
/// </summary>
public abstract class KvCursor
{
    /// <summary>Whether it stands on a key.</summary>
    public abstract bool IsOnKey { get; }

    /// <summary>The key; it belongs to the map.</summary>
    public abstract byte[] Key { get; }

    /// <summary>The value; it belongs to the map.</summary>
    public abstract byte[] Value { get; }

    /// <summary>Goes to the first key at or after this one; false if there is none.</summary>
    public abstract bool Seek(ReadOnlySpan<byte> key);

    /// <summary>Goes to the key before which there are so many others, in O(log n); false if there is none.</summary>
    public abstract bool SeekRank(long rank);

    /// <summary>Goes to the last key; false if there is none.</summary>
    public abstract bool SeekLast();

    /// <summary>Goes to the next key; false, and nowhere, behind the last. Must stand on a key.</summary>
    public abstract bool Next();

    /// <summary>Goes to the key before; false, and nowhere, before the first. Must stand on a key.</summary>
    public abstract bool Previous();
}
