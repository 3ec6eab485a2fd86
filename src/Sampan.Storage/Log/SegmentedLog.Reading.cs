using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>Reading of entries by any thread, and forwarding by the writer, which reads too.</summary>
public sealed partial class SegmentedLog
{
    private const int ReadBytesMax = 1024 * 1024;

    // What is read and written again in one step of forwarding, and how much is appended between two steps.
    private long ForwardStepBytes => Math.Min(ForwardBytes, BatchBytesMax);

    private bool IsForwardDue
    {
        get
        {
            // Twice the live bytes is what the log may take. Below that, writing them again would free too little.
            var live = 0L;
            foreach (var segment in _segments)
            {
                live += segment.LiveBytes;
            }

            return _segments.Length > SegmentsKept && live * 2 < (long)_segments.Length * _options.SegmentBytes;
        }
    }

    // The batch before it is durable, so forwarding must not be what finds no room; and it takes nothing of the
    // reserve.
    private bool HasRoomToForward => _spares.Count >= (_spares.IsFull ? LogOptions.SparesMin : 1)
        || _nextBlock + LogFormat.Blocks(LogFormat.HeaderBytes + _options.BatchBytesMax) < _segments[^1].Blocks;

    /// <inheritdoc/>
    public int Read(GroupId group, IndexRange range, long bytesMax, List<Entry> into)
    {
        ThrowIfFailed();
        if (!_table.Indexes.TryGetValue(group, out var index))
        {
            return 0;
        }

        var count = 0;
        var bytes = 0L;
        var next = range.FirstIndex;
        while (next < range.EndIndex && (count == 0 || bytes < bytesMax))
        {
            var view = index.View;
            var end = Math.Min(range.EndIndex, view.EndIndex);
            if (next < view.FirstIndex || next >= end)
            {
                break;
            }

            var run = RunAt(view, new IndexRange(next, end), count == 0 ? bytesMax : bytesMax - bytes, count == 0);
            if (run.IsEmpty)
            {
                break;
            }

            // A segment that cannot be held was retired after the view was read; the next view knows better.
            if (TryHold(view[next]) is { } segment)
            {
                bytes += ReadRun(segment, view, group, run, into);
                count += (int)run.Count;
                next = run.EndIndex;
            }
        }

        return count;
    }

    /// <summary>Entries that lie behind each other in one segment, as many as the limits allow.</summary>
    private static IndexRange RunAt(IndexView view, IndexRange wanted, long bytesMax, bool needsOne)
    {
        var first = view[wanted.FirstIndex];
        var bytes = 0L;
        var end = wanted.FirstIndex;
        var previous = first;
        while (end < wanted.EndIndex)
        {
            var location = view[end];
            var isAdjacent = end == wanted.FirstIndex
                || (location.Segment == first.Segment && location.Offset == previous.EndOffset
                    && location.EndOffset - first.Offset <= ReadBytesMax);
            bytes += location.LengthBytes - LogFormat.EntryHeaderBytes + Entry.HeaderBytes;
            if (!isAdjacent || (bytes > bytesMax && !(needsOne && end == wanted.FirstIndex)))
            {
                break;
            }

            previous = location;
            end++;
        }

        return new IndexRange(wanted.FirstIndex, end);
    }

    private Segment? TryHold(EntryLocation location)
    {
        var segments = Volatile.Read(ref _segments);
        var isThere = location.Segment >= segments[0].Sequence;
        var segment = isThere ? SegmentOf(segments, location) : null;
        return segment is not null && segment.TryHold() ? segment : null;
    }

    private static long ReadRun(Segment segment, IndexView view, GroupId group, IndexRange run, List<Entry> into)
    {
        try
        {
            var first = view[run.FirstIndex];
            var last = view[run.EndIndex - 1];
            var bytes = new byte[last.Offset + last.LengthBytes - first.Offset];
            var read = segment.File.Read(first.Offset, bytes);
            var total = 0L;
            for (var index = run.FirstIndex; index < run.EndIndex; index++)
            {
                var location = view[index];
                var start = (int)(location.Offset - first.Offset);
                var source = bytes.AsMemory(start, Math.Clamp(read - start, 0, location.LengthBytes));
                var entry = segment.Decode(location, group, index, source);
                into.Add(entry);
                total += entry.SizeBytes;
            }

            return total;
        }
        finally
        {
            segment.Release();
        }
    }

    /// <summary>
    /// Writes live entries of the oldest segment again, so that it can be recycled: one bounded batch, for which a
    /// bounded number of entries is looked at. Paid for by appends, byte for byte, so that forwarding neither starves
    /// nor floods.
    /// </summary>
    private void Forward()
    {
        var oldest = _segments[0];
        if (_forwarding != oldest.Sequence)
        {
            _forwarding = oldest.Sequence;
            _forwardGroup = default;
            _forwardIndex = 0;
        }

        CollectForward(oldest);
        if (_forwarded.Count > 0)
        {
            EnsureRoom();
            var start = WriteBatch(HeaderKind.Batch, _batch);
            Relocate(oldest, start + LogFormat.HeaderBytes);
        }

        Retire();
    }

    /// <summary>Copies what is to be forwarded into the batch, and remembers where the next step goes on.</summary>
    private void CollectForward(Segment oldest)
    {
        _batch.Clear();
        _forwarded.Clear();
        var looks = 0;
        for (var i = _table.FirstFrom(_forwardGroup); i < _table.Groups.Count; i++)
        {
            var group = _table.Groups[i];
            var view = group.Index.View;
            var index = group.Id == _forwardGroup ? Math.Max(_forwardIndex, view.FirstIndex) : view.FirstIndex;
            for (; index < view.EndIndex; index++)
            {
                var location = view[index];
                var isHere = location.Segment == oldest.Sequence;
                var isFull = isHere && _batch.Records > 0
                    && _batch.BodyBytes + location.LengthBytes > ForwardStepBytes;
                if (isFull || ++looks > ForwardLooksMax)
                {
                    _forwardGroup = group.Id;
                    _forwardIndex = index;
                    return;
                }

                if (isHere)
                {
                    CopyForward(oldest, group.Id, index, location);
                    _forwarded.Add(new ForwardedEntry(group, index, location));
                }
            }
        }

        _forwardGroup = new GroupId(ulong.MaxValue);
        _forwardIndex = ulong.MaxValue;
    }

    /// <summary>The batch is durable: each group's index is changed once.</summary>
    private void Relocate(Segment oldest, long offset)
    {
        var segment = _segments[^1];
        var entries = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_forwarded);
        _moved.Clear();
        for (var i = 0; i < entries.Length; i++)
        {
            var (group, index, from) = entries[i];
            var to = new EntryLocation((uint)segment.Sequence, (uint)offset, from.LengthBytes);
            oldest.Lost(from);
            segment.Gained(to);
            _moved.Add(new MovedEntry(index, to));
            offset = to.EndOffset;
            if (i + 1 == entries.Length || entries[i + 1].Group != group)
            {
                group.Index.Relocate(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_moved));
                _moved.Clear();
            }
        }
    }

    private void CopyForward(Segment oldest, GroupId group, ulong index, EntryLocation location)
    {
        var record = _batch.BeginForwarded(location.LengthBytes);
        var read = oldest.File.Read(location.Offset, record);
        var isSound = LogRecord.TryRead(record[..read], out var copied) && copied.IsEntry
            && copied.LengthBytes == location.LengthBytes
            && copied.Group == group && copied.EntryId.Index == index;
        if (!isSound)
        {
            throw Damage.At(oldest.Path, oldest.Sequence, location.Offset, $"entry {index} is bad", group.ToString());
        }

        _batch.EndForwarded(location.LengthBytes);
    }

    private readonly record struct ForwardedEntry(GroupState Group, ulong Index, EntryLocation From);
}
