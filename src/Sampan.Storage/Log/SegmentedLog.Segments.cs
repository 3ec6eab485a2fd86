using Sampan.Base;
using Sampan.Io;
using Sampan.Storage.Identity;

namespace Sampan.Storage.Log;

/// <summary>Opening, settling, rolling and recycling of segments.</summary>
public sealed partial class SegmentedLog
{
    // Also where it is there already: after a kill its name may stand in the cache only, and all below rests on it.
    private static void EnsureDirectory(IFileSystem files, string directory)
    {
        files.CreateDirectory(directory);
        files.SyncDirectory(Path.GetDirectoryName(directory) is { Length: > 0 } parent ? parent : ".");
    }

    private static ulong FindLastNumber(IFileSystem files, string directory)
    {
        var last = 0UL;
        foreach (var name in files.List(directory))
        {
            if (FileNames.TrySpare(name, out var number) || FileNames.TryUnfinished(name, out number))
            {
                last = Math.Max(last, number);
            }
        }

        return last;
    }

    /// <summary>
    /// Makes durable what recovery believes. (1) After a kill the last batch may stand in the page cache only; after a
    /// failed sync the kernel may call its pages clean although the disk never took them. (2) Whatever this store says
    /// from now on rests on that batch. (3) So it is written again, byte for byte, which makes its pages dirty, and
    /// synced. (4) Only then the mark behind it, which ends a torn successor for good: under the same sync it could
    /// reach the disk before the batch, and after a power cut in between would call damage what is a torn tail.
    /// </summary>
    private void Settle(RecoveredLog found)
    {
        if (found.NeverOpened is { } path)
        {
            found.Remarks.Add($"segment {path} was never opened; it is a spare again");
            _files.Rename(path, _spares.NextPath());
        }

        TakeSpares();
        _files.SyncDirectory(_directory);
        if (_segments.Length == 0)
        {
            OpenSegment(sequence: 1);
        }
        else if (found.NeedsState)
        {
            BeginAgain(found);
        }
        else
        {
            RewriteLast(_segments[^1], found.LastBatchBlock);
        }

        Close(found.ClosedBlock);
        PrepareAll(found);
    }

    /// <summary>
    /// The size of segments may have shrunk: refused, before anything is written, where a state block would not fit
    /// into one, now or when groups have become what they may (I-28), or where a live entry could not be written again.
    /// </summary>
    private void RequireRoom(RecoveredLog found)
    {
        var stateBytes = _table.ReservedBytes;
        if (stateBytes > _options.StateBytesLimit)
        {
            throw TooSmall(
                $"every segment repeats what the log knows of its {_table.Groups.Count} groups, which may come to take "
                + $"{stateBytes} bytes, and has room for {_options.StateBytesLimit}");
        }

        var entryBytes = LogFormat.Padded(found.LargestEntryBytes);
        if (entryBytes > BatchBytesMax)
        {
            throw TooSmall($"the log holds an entry of {entryBytes} bytes, and a batch has room for {BatchBytesMax}");
        }
    }

    private StoreRefusedException TooSmall(string reason) => new(
        StoreRefusal.SegmentsTooSmall,
        $"segments of {_options.SegmentBytes} bytes are too small for the log in {_directory}: {reason}; start the "
        + "store with segments as large as they were before");

    /// <summary>
    /// The last segment has a header and no state block. Opened by a life that made segments of another size, it may
    /// not have room for one; since it holds nothing, one of the present size takes its place.
    /// </summary>
    private void BeginAgain(RecoveredLog found)
    {
        var segment = _segments[^1];
        if (segment.LengthBytes == _options.SegmentBytes)
        {
            WriteHeader(segment);
            WriteState();
            return;
        }

        segment.Dispose();
        _files.DeleteFile(segment.Path);
        _files.SyncDirectory(_directory);
        Volatile.Write(ref _segments, _segments[..^1]);
        _nextBlock = found.ClosedBlock;
        OpenSegment(segment.Sequence);
    }

    private void PrepareAll(RecoveredLog found)
    {
        Retire();
        var status = SpareStatus.Working;
        while (status == SpareStatus.Working)
        {
            status = _spares.Prepare();
        }

        if (status == SpareStatus.NoSpace)
        {
            found.Remarks.Add($"no room for spare segments in {_directory}");
        }
    }

    // Files that never became spares are leftovers; spares of another size, or too many of them, are not wanted.
    private void TakeSpares()
    {
        foreach (var name in _files.List(_directory))
        {
            var path = Path.Combine(_directory, name);
            if (FileNames.TryUnfinished(name, out _))
            {
                _files.DeleteFile(path);
            }
            else if (FileNames.TrySpare(name, out _))
            {
                var spare = new SpareFile(path, _files.Open(path, FileOpenMode.ReadWrite));
                if (spare.File.LengthBytes != _options.SegmentBytes || !_spares.TryAdd(spare))
                {
                    spare.File.Dispose();
                    _files.DeleteFile(path);
                }
            }
        }
    }

    private void RewriteLast(Segment segment, int block)
    {
        var reader = new SegmentReader(segment.File, _options.Owner);
        var isSound = reader.TryReadHeader(segment.Sequence, block, out var header)
            && header.IsBatch && header.Batch == _lastBatch;
        Invariant.Holds(isSound && block + header.Blocks == _nextBlock);
        Invariant.Holds(_nextBlock < segment.Blocks, (ulong)_nextBlock, (ulong)segment.Blocks);
        segment.File.Write(OffsetOf(block), reader.ReadBatch(block, header));
        segment.File.SyncData();
        segment.File.Write(OffsetOf(_nextBlock), MarkOf(segment, _lastBatch, _nextBlock));
        segment.File.SyncData();
        _isMarked = true;
    }

    /// <summary>The next batch fits into the last segment, or into a new one.</summary>
    private void EnsureRoom()
    {
        if (_nextBlock + _batch.Blocks < _segments[^1].Blocks)
        {
            return;
        }

        OpenSegment(_segments[^1].Sequence + 1);
        var isRoomy = _nextBlock + _batch.Blocks < _segments[^1].Blocks;
        Invariant.Holds(isRoomy, (ulong)_nextBlock, (ulong)_batch.Blocks);
    }

    /// <summary>
    /// Opens a segment in this order: (1) the last batch of the one before is synced; (2) the name is durable; (3) the
    /// header is durable, and from then on voids everything behind that batch; (4) the state block is durable, which
    /// lets every earlier segment go that holds no live entry; (5) a mark of the state block in the segment before, so
    /// that this one is missed if it ever is not there (I-27). Only then may a batch follow that somebody waits for.
    /// </summary>
    private void OpenSegment(ulong sequence)
    {
        Invariant.Holds(sequence <= uint.MaxValue);
        var closedBlock = _segments.Length > 0 ? _nextBlock : 0;
        var spare = _spares.TryTake() ?? _spares.CreateNow();
        var path = Path.Combine(_directory, FileNames.Segment(sequence));
        _files.Rename(spare.Path, path);
        _files.SyncDirectory(_directory);
        var segment = new Segment(sequence, _lastBatch + 1, spare.File, path);
        Volatile.Write(ref _segments, [.. _segments, segment]);
        WriteHeader(segment);
        WriteState();
        Close(closedBlock);
    }

    /// <summary>
    /// Marks, in the segment before the last one, behind its last batch, that the last one's state block is synced.
    /// </summary>
    private void Close(int block)
    {
        if (block > 0)
        {
            var segment = _segments[^2];
            Invariant.Holds(block < segment.Blocks, (ulong)block, (ulong)segment.Blocks);
            segment.File.Write(OffsetOf(block), MarkOf(segment, _segments[^1].FirstBatch, block));
            segment.File.SyncData();
        }
    }

    private void WriteHeader(Segment segment)
    {
        Span<byte> block = stackalloc byte[LogFormat.BlockBytes];
        block.Clear();
        var header = BlockHeader.OfSegment(segment.Sequence, segment.FirstBatch, segment.Blocks);
        header.Write(block, _options.Owner);
        segment.File.Write(0, block);
        segment.File.SyncData();
        _nextBlock = 1;
    }

    private void WriteState()
    {
        Invariant.Holds(_segments[^1].FirstBatch == _lastBatch + 1);
        _state.Clear();
        _table.WriteState(_state);
        WriteBatch(HeaderKind.State, _state);
    }

    private ReadOnlySpan<byte> MarkOf(Segment segment, ulong batch, int block)
    {
        BlockHeader.OfMark(segment.Sequence, batch, (uint)block).Write(_mark, _options.Owner);
        return _mark;
    }

    /// <summary>
    /// Lets the oldest segments go while they hold no live entry and no reader. The last one's state block, which is
    /// durable, says everything else that they said.
    /// </summary>
    private void Retire()
    {
        var count = 0;
        while (count < _segments.Length - 1 && _segments[count].TryRetire())
        {
            count++;
        }

        if (count == 0)
        {
            return;
        }

        var retired = _segments.AsSpan(0, count).ToArray();
        Volatile.Write(ref _segments, _segments[count..]);
        foreach (var segment in retired)
        {
            _spares.Retire(new SpareFile(segment.Path, segment.File) { Sequence = segment.Sequence });
        }
    }
}
