using Sampan.Storage.Log;

namespace Sampan.Cli.Inspection;

/// <summary>What a segment holds.</summary>
internal sealed record SegmentSummary
{
    /// <summary>The segment.</summary>
    public required SegmentReport Segment { get; init; }

    /// <summary>Its batches, bad ones included.</summary>
    public required int Batches { get; init; }

    /// <summary>The sequence of the last one; 0: there is none.</summary>
    public required ulong LastBatch { get; init; }

    /// <summary>Entries in them, superseded ones included.</summary>
    public required int Entries { get; init; }

    /// <summary>Bytes that batches take.</summary>
    public required long BytesUsed { get; init; }
}
