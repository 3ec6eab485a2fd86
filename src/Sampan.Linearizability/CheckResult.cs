namespace Sampan.Linearizability;

/// <summary>The outcome of a check: the verdict, and what each partition contributed.</summary>
public sealed class CheckResult
{
    internal CheckResult(Verdict verdict, IReadOnlyList<PartitionResult> partitions)
    {
        Verdict = verdict;
        Partitions = partitions;
    }

    /// <summary>
    /// <see cref="Verdict.NotLinearizable"/> if any partition is not; else <see cref="Verdict.Unknown"/> if any was not
    /// decided.
    /// </summary>
    public Verdict Verdict { get; }

    /// <summary>
    /// The partitions in the order of their first operations. After the first "no" the check stops, so others may be
    /// <see cref="Verdict.Unknown"/>.
    /// </summary>
    public IReadOnlyList<PartitionResult> Partitions { get; }

    /// <summary>The partition that is not linearizable, if one is.</summary>
    public PartitionResult? Failure =>
        Partitions.FirstOrDefault(partition => partition.Verdict == Verdict.NotLinearizable);

    /// <summary>Steps of the model, over all partitions and rounds.</summary>
    public long Steps => Partitions.Sum(partition => partition.Steps);

    /// <summary>The most that any search remembered, in bytes.</summary>
    public long CacheBytesPeak => Partitions.Count == 0 ? 0 : Partitions.Max(partition => partition.CacheBytesPeak);
}
