namespace Sampan.Storage.Log;

/// <summary>What a block that begins with a header is. The values are part of the disk format.</summary>
public enum HeaderKind : byte
{
    /// <summary>
    /// The first block of a segment; its batch sequence is that of the first batch the segment holds.
    /// </summary>
    Segment = 1,

    /// <summary>The first batch of a segment: the state of all groups and of the store.</summary>
    State = 2,

    /// <summary>A batch of hard states, entries and records.</summary>
    Batch = 3,

    /// <summary>A mark: the batch of this sequence, and all before it, were synced.</summary>
    Synced = 4,
}
