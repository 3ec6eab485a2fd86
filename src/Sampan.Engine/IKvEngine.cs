namespace Sampan.Engine;

/// <summary>
/// An ordered map of byte strings with a single writer. It keeps the arrays it is given; nobody changes them
/// afterwards. Not thread-safe; a frozen view is.
/// </summary>
public interface IKvEngine : IKvReader
{
    /// <summary>Sets the value of a key, which is added if it is new.</summary>
    void Put(byte[] key, byte[] value);

    /// <summary>Takes a key away; false if it was not there.</summary>
    bool Remove(ReadOnlySpan<byte> key);

    /// <summary>The present contents as an immutable view, in O(1).</summary>
    IKvView Freeze();

    /// <summary>Takes every key away.</summary>
    void Clear();
}
