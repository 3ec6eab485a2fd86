namespace Sampan.Storage.Log;

/// <summary>What an inspection says of a block that begins with a header of its segment.</summary>
public sealed record BatchReport
{
    /// <summary>What the header is of.</summary>
    public required HeaderKind Kind { get; init; }

    /// <summary>The batch; of a mark, the one that is marked as synced.</summary>
    public required ulong Sequence { get; init; }

    /// <summary>Where it begins in its file.</summary>
    public required long OffsetBytes { get; init; }

    /// <summary>What it takes in the file.</summary>
    public required int LengthBytes { get; init; }

    /// <summary>Whether all its bytes are what was written.</summary>
    public required bool IsSound { get; init; }

    /// <summary>Its records, up to the first bad one.</summary>
    public required IReadOnlyList<RecordReport> Records { get; init; }
}
