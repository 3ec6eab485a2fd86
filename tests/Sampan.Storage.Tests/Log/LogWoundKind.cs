namespace Sampan.Storage.Tests.Log;

/// <summary>What a disk does to a segment.</summary>
internal enum LogWoundKind
{
    /// <summary>A bit is another.</summary>
    FlippedBit,

    /// <summary>A sector reads as zeros.</summary>
    ZeroSector,

    /// <summary>A sector reads as noise.</summary>
    NoisySector,

    /// <summary>A block reads as zeros.</summary>
    ZeroBlock,

    /// <summary>A block reads as noise.</summary>
    NoisyBlock,

    /// <summary>The file is shorter.</summary>
    Cut,
}
