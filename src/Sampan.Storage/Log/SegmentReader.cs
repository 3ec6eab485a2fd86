using Sampan.Base;
using Sampan.Io;
using Sampan.Model;

namespace Sampan.Storage.Log;

/// <summary>
/// Reads a segment from front to back, through a window that grows to the largest batch at most. What it returns is
/// valid until the next call.
/// </summary>
internal sealed class SegmentReader
{
    private const int WindowBytes = 256 * 1024;

    private readonly IFile _file;
    private readonly Incarnation _owner;
    private byte[] _window = [];
    private long _windowStart;
    private int _windowLength;

    /// <summary>A reader of a file whose headers should name <paramref name="owner"/>.</summary>
    public SegmentReader(IFile file, Incarnation owner)
    {
        _file = file;
        _owner = owner;
        LengthBytes = file.LengthBytes;
    }

    /// <summary>The file's length.</summary>
    public long LengthBytes { get; }

    /// <summary>Whole blocks of the file.</summary>
    public int Blocks => (int)Math.Min(LengthBytes / LogFormat.BlockBytes, int.MaxValue);

    /// <summary>What stands at the beginning of a block.</summary>
    public HeaderStanding TryReadHeader(int block, out BlockHeader header) =>
        BlockHeader.TryRead(Read((long)block * LogFormat.BlockBytes, LogFormat.HeaderBytes), _owner, out header);

    /// <summary>A header of this segment at this very block.</summary>
    public bool TryReadHeader(ulong segment, int block, out BlockHeader header) =>
        TryReadHeader(block, out header) == HeaderStanding.Sound
        && header.Segment == segment && header.Block == (uint)block;

    /// <summary>
    /// The blocks of the batch whose header stands at a block; empty if the file ends before it does.
    /// </summary>
    public ReadOnlySpan<byte> ReadBatch(int block, BlockHeader header) => block + (long)header.Blocks > Blocks
        ? []
        : Read((long)block * LogFormat.BlockBytes, header.Blocks * LogFormat.BlockBytes);

    /// <summary>The records of a batch; false unless all its bytes are what was written.</summary>
    public bool TryReadBody(int block, BlockHeader header, out ReadOnlySpan<byte> body)
    {
        var batch = ReadBatch(block, header);
        var isSound = batch.Length == header.Blocks * LogFormat.BlockBytes
            && Crc32C.Of(batch[LogFormat.HeaderBytes..]) == header.BodyCrc;
        body = isSound ? batch.Slice(LogFormat.HeaderBytes, header.BodyBytes) : [];
        return isSound;
    }

    private ReadOnlySpan<byte> Read(long offset, int count)
    {
        if (offset < _windowStart || offset + count > _windowStart + _windowLength)
        {
            Fill(offset, count);
        }

        var at = (int)(offset - _windowStart);
        return _window.AsSpan(at, Math.Clamp(_windowLength - at, 0, count));
    }

    private void Fill(long offset, int count)
    {
        var wanted = (int)Math.Min(Math.Max(count, WindowBytes), Math.Max(LengthBytes - offset, 0));
        if (_window.Length < wanted)
        {
            _window = new byte[wanted];
        }

        _windowStart = offset;
        _windowLength = wanted == 0 ? 0 : _file.Read(offset, _window.AsSpan(0, wanted));
    }
}
