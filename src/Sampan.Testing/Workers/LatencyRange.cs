using Sampan.Base;

namespace Sampan.Testing.Workers;

/// <summary>How long something takes, both ends included.</summary>
public readonly record struct LatencyRange(TimeSpan Least, TimeSpan Most)
{
    /// <summary>A range that is given in microseconds.</summary>
    public static LatencyRange Microseconds(int least, int most)
    {
        Invariant.Holds(least >= 0 && least <= most);
        return new LatencyRange(TimeSpan.FromMicroseconds(least), TimeSpan.FromMicroseconds(most));
    }

    /// <summary>Draws one.</summary>
    public TimeSpan Draw(Prng prng) => Least + prng.NextBelow(Most - Least + TimeSpan.FromTicks(1));
}
