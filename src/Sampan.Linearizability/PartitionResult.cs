namespace Sampan.Linearizability;

/// <summary>What a check found out about one partition.</summary>
public sealed class PartitionResult
{
    internal PartitionResult(string? key) => Key = key;

    /// <summary>The partition's key; null where the model has no partitions.</summary>
    public string? Key { get; }

    /// <summary>The answer for this partition alone.</summary>
    public Verdict Verdict { get; internal set; }

    /// <summary>Why there is no answer; null where there is one.</summary>
    public string? UnknownReason { get; internal set; }

    /// <summary>
    /// An order that explains the answers: of the whole partition if it is linearizable, else of the longest beginning
    /// of the history that is (everything that returned before <see cref="Unplaced"/> did, and what that needs). Empty
    /// for
    /// <see cref="Verdict.Unknown"/>.
    /// </summary>
    public IReadOnlyList<OperationId> Order { get; internal set; } = [];

    /// <summary>
    /// For a "no", the operation whose return no order explains although everything that returned before can be
    /// explained. It is where the contradiction shows, not necessarily who caused it.
    /// </summary>
    public OperationId? Unplaced { get; internal set; }

    /// <summary>
    /// For a "no", the states in which <see cref="Unplaced"/> was tried in vain, for people; sixteen at most.
    /// </summary>
    public IReadOnlyList<string> States { get; internal set; } = [];

    /// <summary>Steps of the model, over all rounds.</summary>
    public long Steps { get; internal set; }

    /// <summary>The most that the search remembered, in bytes.</summary>
    public long CacheBytesPeak { get; internal set; }
}
