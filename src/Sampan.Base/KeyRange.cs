namespace Sampan.Base;

/// <summary>
/// Keys from <see cref="Start"/> up to, not including, <see cref="End"/>, in the order of unsigned bytes. Whoever makes
/// one does not change the bytes afterwards.
/// </summary>
public readonly record struct KeyRange
{
    private KeyRange(ReadOnlyMemory<byte> start, ReadOnlyMemory<byte> end, bool isUnbounded)
    {
        Start = start;
        End = end;
        IsUnbounded = isUnbounded;
    }

    /// <summary>Every key.</summary>
    public static KeyRange All => new(default, default, isUnbounded: true);

    /// <summary>The first key that may be in it.</summary>
    public ReadOnlyMemory<byte> Start { get; }

    /// <summary>The first key after it; means nothing where it is unbounded.</summary>
    public ReadOnlyMemory<byte> End { get; }

    /// <summary>Whether it has no end.</summary>
    public bool IsUnbounded { get; }

    /// <summary>Whether no key can be in it.</summary>
    public bool IsEmpty => !IsUnbounded && Start.Span.SequenceCompareTo(End.Span) >= 0;

    /// <summary>Just this key. Copies it, since the key after it has one byte more.</summary>
    public static KeyRange Of(ReadOnlySpan<byte> key)
    {
        var end = new byte[key.Length + 1];
        key.CopyTo(end);
        return new KeyRange(end.AsMemory(0, key.Length), end, isUnbounded: false);
    }

    /// <summary>From a key up to, not including, another.</summary>
    public static KeyRange Between(ReadOnlyMemory<byte> start, ReadOnlyMemory<byte> end) =>
        new(start, end, isUnbounded: false);

    /// <summary>A key and all after it.</summary>
    public static KeyRange From(ReadOnlyMemory<byte> start) => new(start, default, isUnbounded: true);

    /// <summary>All keys that begin with these bytes.</summary>
    public static KeyRange Prefix(ReadOnlyMemory<byte> prefix)
    {
        var length = prefix.Length;
        while (length > 0 && prefix.Span[length - 1] == byte.MaxValue)
        {
            length--;
        }

        if (length == 0)
        {
            return From(prefix);
        }

        var end = prefix[..length].ToArray();
        end[^1]++;
        return Between(prefix, end);
    }

    /// <summary>Whether a key is in it.</summary>
    public bool Contains(ReadOnlySpan<byte> key) => key.SequenceCompareTo(Start.Span) >= 0 && IsBeforeEnd(key);

    /// <summary>Whether a key is before the end; a walk that began at the start asks only this.</summary>
    public bool IsBeforeEnd(ReadOnlySpan<byte> key) => IsUnbounded || key.SequenceCompareTo(End.Span) < 0;
}
