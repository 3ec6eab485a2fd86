namespace Sampan.Storage.Log;

/// <summary>What the first bytes of a block turned out to be.</summary>
internal enum HeaderStanding
{
    /// <summary>No header, or a torn one.</summary>
    None = 0,

    /// <summary>A header of this log.</summary>
    Sound = 1,

    /// <summary>A header of a format that this code does not know.</summary>
    OtherFormat = 2,

    /// <summary>A header of another data directory.</summary>
    OtherOwner = 3,
}
