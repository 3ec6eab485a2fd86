using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>What a store's log held when it was opened; everything in it has been made durable again.</summary>
public sealed record RecoveredStore
{
    /// <summary>The groups, by ascending id.</summary>
    public required IReadOnlyList<RecoveredGroup> Groups { get; init; }

    /// <summary>The newest store-wide records.</summary>
    public required IReadOnlyList<StoreRecord> Records { get; init; }

    /// <summary>What was noticed and settled: a torn tail that was cut, for instance. For the log.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }
}
