using Sampan.Base;

namespace Sampan.Testing.Workers;

/// <summary>
/// Keeps a stream first in, first out on a <see cref="SimulatedTimeline"/>, which draws the order of events at the same
/// instant: each arrival is at least a tick after the one before.
/// </summary>
public sealed class ArrivalOrder
{
    private Instant _last;

    /// <summary>
    /// When the next one arrives: at <paramref name="wanted"/>, or as soon after it as the order allows.
    /// </summary>
    public Instant Next(Instant wanted) => _last = Instant.Max(wanted, _last.After(TimeSpan.FromTicks(1)));
}
