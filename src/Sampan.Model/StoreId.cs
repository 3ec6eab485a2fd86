namespace Sampan.Model;

/// <summary>One store: a process with a data directory. 0 is no store.</summary>
public readonly record struct StoreId(ulong Value) : IComparable<StoreId>
{
    /// <inheritdoc/>
    public int CompareTo(StoreId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value <= uint.MaxValue
        ? Value.ToString(System.Globalization.CultureInfo.InvariantCulture)
        // A hash, which operators know in the form in which etcd's clients show it.
        : Value.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
}
