namespace Sampan.Base;

/// <summary>
/// A point on one store's monotonic clock, in ticks of 100 ns from an origin that only that store knows. Instants of
/// two stores, or of two lives of one store, must never be compared; where the operating system offers it, the clock
/// behind them counts suspension too, so that a paused process cannot believe that no time went by.
/// </summary>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>The origin of the clock.</summary>
    public static Instant Zero => default;

    /// <summary>Later than every instant a clock can show.</summary>
    public static Instant Never => new(long.MaxValue);

    /// <summary>The instant <paramref name="duration"/> later; never wraps past <see cref="Never"/>.</summary>
    public Instant After(TimeSpan duration)
    {
        var ticks = duration.Ticks;
        return ticks > long.MaxValue - Math.Max(Ticks, 0) ? Never : new Instant(Ticks + ticks);
    }

    /// <summary>Time from <paramref name="earlier"/> to this instant; negative if this one is the earlier.</summary>
    public TimeSpan Since(Instant earlier) => new(Ticks - earlier.Ticks);

    /// <inheritdoc/>
    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);

    /// <summary>The later of two instants.</summary>
    public static Instant Max(Instant left, Instant right) => left.Ticks >= right.Ticks ? left : right;

    /// <summary>The earlier of two instants.</summary>
    public static Instant Min(Instant left, Instant right) => left.Ticks <= right.Ticks ? left : right;

    /// <summary>Whether <paramref name="left"/> is earlier.</summary>
    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    /// <summary>Whether <paramref name="left"/> is earlier or the same.</summary>
    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later.</summary>
    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    /// <summary>Whether <paramref name="left"/> is later or the same.</summary>
    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;
}
