namespace Sampan.Model;

/// <summary>
/// One member of a group on one store. Never used again after the replica was removed. 0 is no replica.
/// </summary>
public readonly record struct ReplicaId(ulong Value) : IComparable<ReplicaId>
{
    /// <summary>No replica: an unknown leader, an absent vote.</summary>
    public static ReplicaId None => default;

    /// <inheritdoc/>
    public int CompareTo(ReplicaId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value <= uint.MaxValue
        ? Value.ToString(System.Globalization.CultureInfo.InvariantCulture)
        // A hash, which operators know in the form in which etcd's clients show it.
        : Value.ToString("x", System.Globalization.CultureInfo.InvariantCulture);
}
