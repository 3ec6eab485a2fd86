namespace Sampan.Model;

/// <summary>One Raft group. 0 is no group.</summary>
public readonly record struct GroupId(ulong Value) : IComparable<GroupId>
{
    /// <inheritdoc/>
    public int CompareTo(GroupId other) => Value.CompareTo(other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
