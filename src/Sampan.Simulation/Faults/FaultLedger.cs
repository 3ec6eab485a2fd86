using Sampan.Model;

namespace Sampan.Simulation.Faults;

/// <summary>Counts what went wrong.</summary>
internal sealed class FaultLedger
{
    private readonly SortedDictionary<FaultKind, long> _counts = [];

    /// <summary>What happened, and how often.</summary>
    public IReadOnlyDictionary<FaultKind, long> Counts => _counts;

    /// <summary>Told of each, but for those of single messages.</summary>
    public Action<FaultKind, StoreId>? Counted { get; set; }

    /// <summary>Something happened, to a store or (zero) to all.</summary>
    public void Count(FaultKind kind, StoreId store = default)
    {
        _counts[kind] = _counts.GetValueOrDefault(kind) + 1;
        if (kind > FaultKind.MessageDelayed)
        {
            Counted?.Invoke(kind, store);
        }
    }
}
