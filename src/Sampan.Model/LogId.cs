namespace Sampan.Model;

/// <summary>
/// A position in a group's log together with the term in which it was proposed. Ordered by term, then index.
/// </summary>
public readonly record struct LogId(ulong Term, ulong Index) : IComparable<LogId>
{
    /// <summary>Before the first entry.</summary>
    public static LogId Zero => default;

    /// <inheritdoc/>
    public int CompareTo(LogId other) =>
        Term != other.Term ? Term.CompareTo(other.Term) : Index.CompareTo(other.Index);

    /// <summary>Whether <paramref name="left"/> is older.</summary>
    public static bool operator <(LogId left, LogId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is newer.</summary>
    public static bool operator >(LogId left, LogId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is older or the same.</summary>
    public static bool operator <=(LogId left, LogId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is newer or the same.</summary>
    public static bool operator >=(LogId left, LogId right) => left.CompareTo(right) >= 0;

    /// <inheritdoc/>
    public override string ToString() => $"{Term}/{Index}";
}
