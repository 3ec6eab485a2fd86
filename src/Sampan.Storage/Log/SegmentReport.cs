namespace Sampan.Storage.Log;

/// <summary>What an inspection says of a segment.</summary>
public sealed record SegmentReport
{
    /// <summary>Its place in the log.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Its file.</summary>
    public required string Path { get; init; }

    /// <summary>Length of the file.</summary>
    public required long LengthBytes { get; init; }

    /// <summary>Whether its header is sound; if not, it was never opened or is damaged.</summary>
    public required bool IsOpened { get; init; }

    /// <summary>The sequence of its first batch; 0 without a sound header.</summary>
    public required ulong FirstBatch { get; init; }
}
