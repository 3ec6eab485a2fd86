namespace Sampan.Storage.Log;

/// <summary>
/// Where an entry's record lies: segment, offset in its file, length without padding. 12 bytes an entry, since the
/// index of all live entries stays in memory.
/// </summary>
internal readonly record struct EntryLocation(uint Segment, uint Offset, int LengthBytes)
{
    /// <summary>Offset of what follows the record.</summary>
    public long EndOffset => Offset + (long)LogFormat.Padded(LengthBytes);
}
