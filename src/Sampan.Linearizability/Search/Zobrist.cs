namespace Sampan.Linearizability.Search;

/// <summary>
/// Fixed random-looking numbers for Zobrist hashing (1970): the hash of a set is the xor of its members' numbers, so
/// that adding and removing one costs O(1). The numbers are computed by the finalizer of splitmix64 instead of kept in
/// a table, which for a million operations would be out of the processor's cache. Collisions only cost a comparison.
/// </summary>
internal static class Zobrist
{
    /// <summary>The number of the operation at that place.</summary>
    public static ulong OfOperation(int index) => Mix((ulong)index + 1);

    /// <summary>The number of a state; from another sequence than those of operations.</summary>
    public static ulong OfState(int state) => Mix(((ulong)state + 1) << 32);

    private static ulong Mix(ulong z)
    {
        z *= 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
