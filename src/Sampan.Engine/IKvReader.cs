using System.Diagnostics.CodeAnalysis;
using Sampan.Base;

namespace Sampan.Engine;

/// <summary>Reads an ordered map of byte strings. Keys are compared as unsigned bytes.</summary>
public interface IKvReader
{
    /// <summary>How many keys there are.</summary>
    long Count { get; }

    /// <summary>Finds the value of a key. The array belongs to the map and must not be changed.</summary>
    bool TryGet(ReadOnlySpan<byte> key, [NotNullWhen(true)] out byte[]? value);

    /// <summary>How many keys a range holds, in O(log n).</summary>
    long CountOf(in KeyRange range);

    /// <summary>A cursor, before its first seek. One owner; on an engine a write makes a new seek necessary.</summary>
    KvCursor OpenCursor();
}
