namespace Sampan.MultiRaft.Groups;

/// <summary>
/// Slices of 64 KiB chunks for the payloads of own proposals. Chunks belong to the garbage collector and are never
/// reused: a use after return would be silent corruption, and slices save an object header for each payload.
/// </summary>
internal sealed class PayloadChunks
{
    private const int ChunkBytes = 64 * 1024;

    private byte[] _chunk = [];
    private int _used;

    /// <summary>A slice of this length, all zero.</summary>
    public Memory<byte> Take(int bytes)
    {
        if (bytes > ChunkBytes / 4)
        {
            return new byte[bytes];
        }

        if (_used + bytes > _chunk.Length)
        {
            _chunk = new byte[ChunkBytes];
            _used = 0;
        }

        var slice = _chunk.AsMemory(_used, bytes);
        _used += bytes;
        return slice;
    }
}
