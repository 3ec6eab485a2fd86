using System.Runtime.InteropServices;

namespace Sampan.Simulation.Checks;

/// <summary>A hash of bytes that is the same in every process; not for tables that strangers fill.</summary>
internal static class Fingerprint
{
    private const ulong Seed = 0xCBF29CE484222325UL;
    private const ulong Factor = 0x9E3779B97F4A7C15UL;

    /// <summary>Of some bytes.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = Seed ^ (ulong)bytes.Length;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words)
        {
            hash = Mix(hash, word);
        }

        foreach (var value in bytes[(words.Length * sizeof(ulong))..])
        {
            hash = Mix(hash, value);
        }

        return hash;
    }

    /// <summary>Takes one more fact in.</summary>
    public static ulong Mix(ulong hash, ulong fact)
    {
        var mixed = (hash ^ fact) * Factor;
        return mixed ^ (mixed >> 32);
    }
}
