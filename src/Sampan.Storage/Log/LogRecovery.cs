using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// Reads a log's directory, writes nothing, and tells a torn tail from damage.
/// </summary>
/// <remarks>
/// <para>What may be missing is one batch, the successor of the last good one, since a batch is written only after the
/// one before it was synced. So a bad batch is a torn tail only if nothing claims a later one, or that it was synced:
/// no batch with a higher sequence behind it, no synced mark at or above it, no later segment, not even the mere name
/// of one. And a segment's header, once durable, voids whatever stands behind batch f - 1 in earlier segments, so a
/// tail that was cut once is never met again.</para>
/// <para>A segment that is gone is missed. A gap shows a missing one in between. Before the last one, a mark tells that
/// its first batch, the state block, was durable; so what the last one has for a length, if it has no header, proves
/// nothing, and a file that something else made of that name does no harm. The oldest one may have gone as soon as the
/// next one's state block said all that it said; so that block was durable, or the oldest one is still there
/// (I-27).</para>
/// </remarks>
internal sealed class LogRecovery
{
    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly Incarnation _owner;
    private readonly FileOpenMode _mode;
    private readonly LogReplay _replay;
    private readonly List<Segment> _segments = [];
    private readonly List<string> _remarks = [];
    private ulong _lastBatch;
    private int _lastBatchBlock;
    private int _nextBlock;
    private int _closedBlock;
    private int _largestEntryBytes;

    // By the marks at the ends of segments that have a successor.
    private ulong _markedBatch;
    private string? _neverOpened;

    /// <summary>A recovery of this directory, whose segments are opened in this mode and stay open.</summary>
    public LogRecovery(IFileSystem files, string directory, Incarnation owner, FileOpenMode mode)
    {
        _files = files;
        _directory = directory;
        _owner = owner;
        _mode = mode;
        _replay = new LogReplay(owner);
    }

    /// <summary>The store has run before: a directory without a log is damage.</summary>
    public bool MustExist { get; init; }

    /// <summary>Reads everything; throws <see cref="StorageDamagedException"/> on anything but a torn tail.</summary>
    public RecoveredLog Run()
    {
        var isDone = false;
        try
        {
            OpenSegments();
            for (var i = 0; i < _segments.Count; i++)
            {
                ReadSegment(_segments[i], i + 1 < _segments.Count ? _segments[i + 1] : null);
            }

            var groups = BuildGroups();
            isDone = true;
            return new RecoveredLog
            {
                Table = _replay.Table,
                Groups = groups,
                Segments = _segments,
                LastBatch = _lastBatch,
                LastBatchBlock = _lastBatchBlock,
                NextBlock = _nextBlock,
                ClosedBlock = _closedBlock,
                LargestEntryBytes = _largestEntryBytes,
                NeverOpened = _neverOpened,
                Remarks = _remarks,
            };
        }
        finally
        {
            if (!isDone)
            {
                _segments.ForEach(segment => segment.Dispose());
            }
        }
    }

    /// <summary>Opens what belongs to the log, but for a last segment that was never opened.</summary>
    private void OpenSegments()
    {
        var sequences = new List<ulong>();
        foreach (var name in _files.DirectoryExists(_directory) ? _files.List(_directory) : [])
        {
            if (FileNames.TrySegment(name, out var sequence))
            {
                sequences.Add(sequence);
            }
        }

        for (var i = 0; i < sequences.Count; i++)
        {
            if (i > 0 && sequences[i] != sequences[i - 1] + 1)
            {
                throw Damaged(PathOf(sequences[i - 1] + 1), sequences[i - 1] + 1, block: 0, "the segment is missing");
            }

            if (!TryOpen(sequences[i], isLast: i == sequences.Count - 1))
            {
                _neverOpened = PathOf(sequences[i]);
            }
        }

        // Only the very first segment has no predecessor: the one before any other is recycled after it, never before.
        var isEmpty = _segments.Count == 0;
        if (isEmpty && (MustExist || (_neverOpened is not null && sequences[^1] != 1)))
        {
            throw Damaged(_directory, sequence: 0, block: 0, "this store has run before, but its log is gone");
        }
    }

    private bool TryOpen(ulong sequence, bool isLast)
    {
        var path = PathOf(sequence);
        var file = _files.Open(path, _mode);
        var isOpened = false;
        try
        {
            var reader = new SegmentReader(file, _owner);
            var standing = reader.TryReadHeader(block: 0, out var header);
            if (standing == HeaderStanding.OtherFormat)
            {
                throw Damaged(path, sequence, block: 0, "the segment's format is newer than this program");
            }

            if (standing == HeaderStanding.OtherOwner)
            {
                throw Damaged(path, sequence, block: 0, "the segment is another data directory's");
            }

            isOpened = standing == HeaderStanding.Sound && header.Kind == HeaderKind.Segment
                && header.Segment == sequence && header.Block == 0;
            if (isOpened)
            {
                RequireWhole(reader, header, path);
                _segments.Add(new Segment(sequence, header.Batch, file, path));
            }
            else if (!isLast || HoldsAny(reader, sequence))
            {
                throw Damaged(path, sequence, block: 0, "the segment's header is bad");
            }

            return isOpened;
        }
        finally
        {
            if (!isOpened)
            {
                file.Dispose();
            }
        }
    }

    private void RequireWhole(SegmentReader reader, BlockHeader header, string path)
    {
        if (header.Records != reader.Blocks)
        {
            throw Damaged(path, header.Segment, block: 0, "the file has another length than when it was opened");
        }

        if (header.Batch == 0 || (_segments.Count > 0 && header.Batch <= _segments[^1].FirstBatch))
        {
            throw Damaged(path, header.Segment, block: 0, "the segment's first batch is not above the one before it");
        }
    }

    private static bool HoldsAny(SegmentReader reader, ulong sequence)
    {
        for (var block = 0; block < reader.Blocks; block++)
        {
            if (reader.TryReadHeader(block, out var header) == HeaderStanding.Sound && header.Segment == sequence)
            {
                return true;
            }
        }

        return false;
    }

    private void ReadSegment(Segment segment, Segment? next)
    {
        var reader = new SegmentReader(segment.File, _owner);
        var batch = segment.FirstBatch;
        var block = 1;
        _lastBatchBlock = 0;
        while ((next is null || batch < next.FirstBatch) && TryReadBatch(reader, segment, batch, block, out var header))
        {
            _lastBatch = batch;
            _lastBatchBlock = block;
            block += header.Blocks;
            batch++;
        }

        _nextBlock = block;
        if (next is null)
        {
            _lastBatch = batch - 1;
            JudgeTail(reader, segment, batch, block);
            return;
        }

        if (batch < next.FirstBatch)
        {
            throw Damage.OfBatch(
                reader, segment, batch, block, $"a later segment begins with batch {next.FirstBatch}");
        }

        _closedBlock = block;
        if (reader.TryReadHeader(segment.Sequence, block, out var mark) && mark.Kind == HeaderKind.Synced)
        {
            _markedBatch = Math.Max(_markedBatch, mark.Batch);
        }
    }

    private void JudgeTail(SegmentReader reader, Segment segment, ulong batch, int block)
    {
        var tail = new LogTail
        {
            Segment = segment,
            Reader = reader,
            Batch = batch,
            Block = block,
            MarkedBatch = _markedBatch,
            NeverOpened = _neverOpened,
            // The state block of the very first segment says nothing, but no start returns before it is durable.
            MayBegin = _segments.Count > 1 || (segment.FirstBatch == 1 && !MustExist),
        };
        if (tail.Judge() is { } remark)
        {
            _remarks.Add(remark);
        }
    }

    private bool TryReadBatch(SegmentReader reader, Segment segment, ulong batch, int block, out BlockHeader header)
    {
        var kind = batch == segment.FirstBatch ? HeaderKind.State : HeaderKind.Batch;
        if (!reader.TryReadHeader(segment.Sequence, block, out header) || header.Batch != batch || header.Kind != kind
            || !reader.TryReadBody(block, header, out var body))
        {
            return false;
        }

        if (_replay.Take(header, body) is { } complaint)
        {
            throw Damage.At(segment.Path, segment.Sequence, OffsetOf(block), complaint, Damage.GroupsOf(body));
        }

        return true;
    }

    private List<RecoveredGroup> BuildGroups()
    {
        var groups = new List<RecoveredGroup>();
        foreach (var group in _replay.Groups)
        {
            if (group.FindMissing() is > 0 and var missing)
            {
                throw new StorageDamagedException(
                    $"log damaged: entry {missing} of group {group.State.Id} is nowhere");
            }

            var recovered = group.Build(Gain);
            if (!group.State.IsBlank)
            {
                groups.Add(recovered);
            }
        }

        return groups;
    }

    private void Gain(EntryLocation location)
    {
        SegmentOf(location).Gained(location);
        _largestEntryBytes = Math.Max(_largestEntryBytes, location.LengthBytes);
    }

    private Segment SegmentOf(EntryLocation location)
    {
        var position = location.Segment - _segments[0].Sequence;
        Invariant.Holds(position < (ulong)_segments.Count, position, (ulong)_segments.Count);
        return _segments[(int)position];
    }

    private static StorageDamagedException Damaged(string path, ulong sequence, int block, string what) =>
        Damage.At(path, sequence, OffsetOf(block), what, "all that it held");

    private static long OffsetOf(int block) => (long)block * LogFormat.BlockBytes;

    private string PathOf(ulong sequence) => Path.Combine(_directory, FileNames.Segment(sequence));
}
