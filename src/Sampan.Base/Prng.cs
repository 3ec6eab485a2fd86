using System.Numerics;

namespace Sampan.Base;

/// <summary>
/// Deterministic pseudo-random numbers: xoshiro256**, state filled by splitmix64 (Blackman and Vigna, "Scrambled Linear
/// Pseudorandom Number Generators", 2018). The same seed gives the same numbers on every machine and for ever, since
/// simulation seeds are kept as regression tests. Not for secrets. Not thread-safe: one owner.
/// </summary>
public sealed class Prng
{
    private ulong _s0;
    private ulong _s1;
    private ulong _s2;
    private ulong _s3;

    /// <summary>A generator whose whole output follows from <paramref name="seed"/>.</summary>
    public Prng(ulong seed)
    {
        _s0 = SplitMix(ref seed);
        _s1 = SplitMix(ref seed);
        _s2 = SplitMix(ref seed);
        _s3 = SplitMix(ref seed);
    }

    /// <summary>64 uniform bits.</summary>
    public ulong Next()
    {
        var result = BitOperations.RotateLeft(_s1 * 5, 7) * 9;
        var t = _s1 << 17;
        _s2 ^= _s0;
        _s3 ^= _s1;
        _s1 ^= _s2;
        _s0 ^= _s3;
        _s2 ^= t;
        _s3 = BitOperations.RotateLeft(_s3, 45);
        return result;
    }

    /// <summary>Uniform in [0, <paramref name="bound"/>); the bound must be above 0.</summary>
    public ulong NextBelow(ulong bound)
    {
        Invariant.Holds(bound > 0);
        // Lemire 2019, "Fast Random Integer Generation in an Interval": multiply, and refuse the biased low part.
        var high = Math.BigMul(Next(), bound, out var low);
        if (low < bound)
        {
            var threshold = unchecked(0UL - bound) % bound;
            while (low < threshold)
            {
                high = Math.BigMul(Next(), bound, out low);
            }
        }

        return high;
    }

    /// <summary>Uniform in [0, <paramref name="bound"/>); the bound must be above 0.</summary>
    public int NextBelow(int bound)
    {
        Invariant.Holds(bound > 0);
        return (int)NextBelow((ulong)bound);
    }

    /// <summary>Uniform in [<paramref name="minimum"/>, <paramref name="maximum"/>], both included.</summary>
    public int NextBetween(int minimum, int maximum)
    {
        Invariant.Holds(minimum <= maximum);
        return (int)(minimum + (long)NextBelow((ulong)((long)maximum - minimum) + 1));
    }

    /// <summary>Uniform in [0, <paramref name="bound"/>); 0 if the bound is 0.</summary>
    public TimeSpan NextBelow(TimeSpan bound) =>
        bound <= TimeSpan.Zero ? TimeSpan.Zero : new TimeSpan((long)NextBelow((ulong)bound.Ticks));

    /// <summary>True in <paramref name="numerator"/> of <paramref name="denominator"/> cases.</summary>
    public bool Chance(uint numerator, uint denominator) => NextBelow((ulong)denominator) < numerator;

    /// <summary>Fills <paramref name="destination"/> with uniform bytes.</summary>
    public void Fill(Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            var bits = Next();
            var count = Math.Min(8, destination.Length);
            for (var i = 0; i < count; i++)
            {
                destination[i] = (byte)(bits >> (8 * i));
            }

            destination = destination[count..];
        }
    }

    /// <summary>An independent generator whose output follows from this one's.</summary>
    public Prng Fork() => new(Next());

    private static ulong SplitMix(ref ulong state)
    {
        state += 0x9E3779B97F4A7C15UL;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
