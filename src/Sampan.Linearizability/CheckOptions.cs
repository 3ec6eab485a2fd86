using Sampan.Linearizability.Search;

namespace Sampan.Linearizability;

/// <summary>Bounds of a check. Deciding linearizability is NP-complete, so each check has some.</summary>
public sealed record CheckOptions
{
    /// <summary>
    /// Steps of the model in all, over all partitions and rounds. Some millions are done in a second.
    /// </summary>
    public long StepsMax { get; init; } = 1_000_000_000;

    /// <summary>
    /// Bytes that the search of one partition may remember: its cache of configurations and its states (as the model
    /// estimates them). Searches follow each other, so this bounds the whole check, apart from arrays that grow
    /// with the number of operations. At most 8 GiB, which is as far as the cache's short addresses reach.
    /// </summary>
    public long CacheBytesMax { get; init; } = 1L << 30;

    /// <summary>
    /// Steps that each partition gets in the first round, or eight an operation if that is more. What is not decided
    /// gets twice as many in the next round, so that an easy "no" is found before a hard "yes" eats the time.
    /// </summary>
    public long RoundSteps { get; init; } = 1 << 14;

    /// <summary>
    /// Asked every thousand steps or so; true ends the check with <see cref="Verdict.Unknown"/> for what is undecided.
    /// A room without a clock is told in this way that time is up. Called on the caller's thread.
    /// </summary>
    public Func<bool>? GiveUp { get; init; }

    /// <summary>
    /// Throws <see cref="ArgumentOutOfRangeException"/> for a bound that is not positive, or more than is possible.
    /// </summary>
    public void Validate()
    {
        Bound.RequirePositive(StepsMax, nameof(StepsMax));
        Bound.RequirePositive(CacheBytesMax, nameof(CacheBytesMax));
        Bound.RequireAtMost(ConfigurationCache.SizeBytesMax, CacheBytesMax, nameof(CacheBytesMax));
        Bound.RequirePositive(RoundSteps, nameof(RoundSteps));
    }
}
