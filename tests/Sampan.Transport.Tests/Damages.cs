using Sampan.Base;
using Sampan.Transport.Wire;

namespace Sampan.Transport.Tests;

/// <summary>What becomes of frames on a bad way.</summary>
internal static class Damages
{
    /// <summary>Cuts or changes them, or not; their first checksum may be right all the same.</summary>
    public static byte[] Of(Prng prng, byte[] frames)
    {
        var damaged = prng.NextBelow(3) == 0 ? frames[..prng.NextBelow(frames.Length)] : [.. frames];
        for (var i = prng.NextBelow(4); i > 0 && damaged.Length > 0; i--)
        {
            damaged[prng.NextBelow(damaged.Length)] ^= (byte)(1 << prng.NextBelow(8));
        }

        if (damaged.Length > FrameFormat.HeaderBytes && prng.NextBelow(4) > 0)
        {
            FrameFormat.Seal(damaged, (FrameKind)(1 + prng.NextBelow(5)), (byte)prng.NextBelow(3));
        }

        return damaged;
    }

    /// <summary>Changes bits of one message and leaves its frame as it has to be.</summary>
    public static byte[] Within(Prng prng, byte[] frame)
    {
        byte[] changed = [.. frame];
        for (var i = 1 + prng.NextBelow(3); i > 0; i--)
        {
            var at = FrameFormat.HeaderBytes + prng.NextBelow(frame.Length - FrameFormat.HeaderBytes);
            changed[at] ^= (byte)(1 << prng.NextBelow(8));
        }

        FrameFormat.Seal(changed, FrameKind.Last, frame[9]);
        return changed;
    }
}
