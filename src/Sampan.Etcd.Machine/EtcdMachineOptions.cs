namespace Sampan.Etcd.Machine;

/// <summary>What the state machine of a store says of itself, and its bounds.</summary>
public sealed record EtcdMachineOptions
{
    /// <summary>In every response's header.</summary>
    public required ulong ClusterId { get; init; }

    /// <summary>In every response's header: the store's own id.</summary>
    public required ulong MemberId { get; init; }

    /// <summary>
    /// How many keys a read answers on the apply worker; a larger one is read from a view by whoever asked.
    /// </summary>
    public int PageKeysMax { get; init; } = 256;

    /// <summary>
    /// How many keys the compares and ranges of a transaction that only reads may look at. One that changes something
    /// brings its bound with it.
    /// </summary>
    public long TxnKeysMax { get; init; } = 1_000_000;

    /// <summary>How many old versions a compaction looks at beside each batch of commands.</summary>
    public int CompactionStepVersions { get; init; } = 512;

    /// <summary>Throws <see cref="ArgumentException"/> for a setting that is out of its bounds.</summary>
    public void Validate()
    {
        Require(PageKeysMax >= 1, nameof(PageKeysMax), PageKeysMax, "at least 1");
        Require(TxnKeysMax >= 1, nameof(TxnKeysMax), TxnKeysMax, "at least 1");
        Require(CompactionStepVersions >= 2, nameof(CompactionStepVersions), CompactionStepVersions, "at least 2");
    }

    private static void Require(bool condition, string setting, long value, string allowed)
    {
        if (!condition)
        {
            throw new ArgumentException($"{setting} is {value}; it must be {allowed}.", setting);
        }
    }
}
