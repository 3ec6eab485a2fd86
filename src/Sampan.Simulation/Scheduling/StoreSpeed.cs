using Sampan.Base;

namespace Sampan.Simulation.Scheduling;

/// <summary>How fast a store's processor and disk are at the moment.</summary>
internal sealed class StoreSpeed
{
    private readonly Prng _prng;

    /// <summary>A healthy store.</summary>
    public StoreSpeed(Prng prng) => _prng = prng;

    /// <summary>How many times slower than usual the disk is.</summary>
    public int DiskFactor { get; set; } = 1;

    /// <summary>
    /// The time until a thread that has work gets a processor: mostly at once, seldom a scheduler's turn.
    /// </summary>
    public TimeSpan DrawWakeUp() => _prng.Chance(1, 256)
        ? TimeSpan.FromMicroseconds(1000 + _prng.NextBelow(9000))
        : TimeSpan.FromMicroseconds(1 + _prng.NextBelow(20));

    /// <summary>The time that a worker's next run takes: with a disk behind it, that of a sync.</summary>
    public TimeSpan DrawCost(string worker)
    {
        if (worker is not ("log-writer" or "log-reader" or "snapshot-worker"))
        {
            return TimeSpan.Zero;
        }

        var tail = _prng.Chance(1, 100) ? 20 : 1;
        return TimeSpan.FromMicroseconds((100 + _prng.NextBelow(400)) * tail) * DiskFactor;
    }
}
