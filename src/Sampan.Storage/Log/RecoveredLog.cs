using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>What a log's directory held, before any of it is made durable again.</summary>
internal sealed class RecoveredLog
{
    /// <summary>The state that the batches add up to.</summary>
    public required StateTable Table { get; init; }

    /// <summary>The groups, for the store.</summary>
    public required IReadOnlyList<RecoveredGroup> Groups { get; init; }

    /// <summary>The segments by ascending sequence; their live entries are counted.</summary>
    public required IReadOnlyList<Segment> Segments { get; init; }

    /// <summary>The last good batch; 0 if there is none.</summary>
    public required ulong LastBatch { get; init; }

    /// <summary>Where it begins in the last segment; 0 if it lies in an earlier one.</summary>
    public required int LastBatchBlock { get; init; }

    /// <summary>The block behind it in the last segment.</summary>
    public required int NextBlock { get; init; }

    /// <summary>The block behind the last batch of the segment before the last one; 0 if there is none.</summary>
    public required int ClosedBlock { get; init; }

    /// <summary>Bytes of the largest live entry's record.</summary>
    public required int LargestEntryBytes { get; init; }

    /// <summary>A last segment that was never opened, or null.</summary>
    public required string? NeverOpened { get; init; }

    /// <summary>What was noticed.</summary>
    public required List<string> Remarks { get; init; }

    /// <summary>Whether the last segment still lacks its state block.</summary>
    public bool NeedsState => Segments.Count > 0 && LastBatchBlock == 0;
}
