using Sampan.Mvcc;

namespace Sampan.Etcd.Machine;

/// <summary>What a range request found, before it becomes bytes or part of a transaction's response.</summary>
internal sealed class RangeAnswer
{
    /// <summary>The keys to show, in their order.</summary>
    public List<KeyVersion> Versions { get; } = [];

    /// <summary>How many keys the range holds.</summary>
    public long Count { get; set; }

    /// <summary>Whether the limit cut something off.</summary>
    public bool More { get; set; }

    /// <summary>Whether values are left out.</summary>
    public bool KeysOnly { get; init; }
}
