namespace Sampan.Model;

/// <summary>
/// 128 random bits written once into an empty data directory. A store that lost its disk comes back with another
/// incarnation and is not taken for its former self. The zero value is "not bound yet".
/// </summary>
public readonly record struct Incarnation(ulong High, ulong Low)
{
    /// <summary>The incarnation of a member that no store has claimed yet.</summary>
    public static Incarnation Unbound => default;

    /// <summary>Whether a store has claimed it.</summary>
    public bool IsBound => High != 0 || Low != 0;

    /// <inheritdoc/>
    public override string ToString() => $"{High:x16}{Low:x16}";
}
