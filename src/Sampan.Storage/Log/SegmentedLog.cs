using Sampan.Base;
using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Storage.Identity;

namespace Sampan.Storage.Log;

/// <summary>
/// The write-ahead log of all groups of a store: segments of fixed size, written ahead and recycled, in which one batch
/// is one write and one sync. docs/disk-format.md has the bytes and the rules of recovery.
/// </summary>
/// <remarks>
/// <para>Threads: <see cref="Append"/> and <see cref="MarkIdle"/> belong to one thread, the log writer's;
/// <see cref="PrepareSpares"/> to one other, or the same; <see cref="Read"/> to any.</para>
/// <para>Durability: only one batch is in flight. Batch n is written after batch n - 1 was synced, or rewritten by
/// recovery; so at most one batch can be torn, and it is the last.</para>
/// <para>Failure: the first call that fails ends the log; every later call throws, and nothing is tried again, since
/// after a failed sync nobody knows what the disk holds (F1).</para>
/// </remarks>
public sealed partial class SegmentedLog : ILogStorage, IDisposable
{
    private const int ForwardBytes = 256 * 1024;
    private const int ForwardLooksMax = 64 * 1024;
    private const int SegmentsKept = 4;

    private readonly IFileSystem _files;
    private readonly string _directory;
    private readonly LogOptions _options;
    private readonly StateTable _table;
    private readonly SparePool _spares;
    private readonly BatchBuffer _batch;
    private readonly BatchBuffer _state;
    private readonly byte[] _mark = new byte[LogFormat.BlockBytes];

    // Published for readers: never empty, ascending without gaps; the last one is written to.
    private Segment[] _segments;
    private Exception? _failure;

    // Invariant: batch _lastBatch is durable, and the next one begins at _nextBlock of the last segment.
    private ulong _lastBatch;
    private int _nextBlock;
    private bool _isMarked;

    // Forwarding walks the groups and their entries once for each oldest segment.
    private ulong _forwarding;
    private GroupId _forwardGroup;
    private ulong _forwardIndex;
    private long _forwardDebtBytes;
    private readonly List<ForwardedEntry> _forwarded = [];
    private readonly List<MovedEntry> _moved = [];

    private SegmentedLog(IFileSystem files, string directory, LogOptions options, RecoveredLog found, SparePool spares)
    {
        _files = files;
        _directory = directory;
        _options = options;
        _table = found.Table;
        _segments = [.. found.Segments];
        _lastBatch = found.LastBatch;
        _nextBlock = found.NextBlock;
        _spares = spares;
        _batch = new BatchBuffer(options.Owner);
        _state = new BatchBuffer(options.Owner);
    }

    /// <inheritdoc/>
    public long BatchBytesMax => _options.BatchBytesMax;

    /// <summary>What the next segment's state block will take. Walks all groups: for metrics.</summary>
    public long StateBytes => _table.StateBytes;

    /// <inheritdoc/>
    public long StateRoomBytes => _options.StateBytesMax - _table.ReservedBytes;

    /// <summary>How many segments there are; any thread.</summary>
    public int SegmentCount => Volatile.Read(ref _segments).Length;

    /// <summary>The sequence of the last durable batch; the writer.</summary>
    public ulong LastBatch => _lastBatch;

    /// <summary>
    /// Opens the log of a directory, which is created if it is not there (its parent must be), makes durable what it
    /// believes, and prepares spares. Nothing may be sent, and no replica started, before it returns. Throws
    /// <see cref="StorageDamagedException"/> on anything but a torn tail, and <see cref="StoreRefusedException"/> where
    /// segments of the size that is wanted now could not take what the log holds.
    /// </summary>
    public static SegmentedLog Open(
        IFileSystem files, string directory, LogOptions options, out RecoveredStore recovered)
    {
        options.Validate();
        EnsureDirectory(files, directory);
        var recovery = new LogRecovery(files, directory, options.Owner, FileOpenMode.ReadWrite)
        {
            MustExist = options.MustExist,
        };
        var found = recovery.Run();
        var spares = new SparePool(files, directory, options.SegmentBytes, FindLastNumber(files, directory));
        var log = new SegmentedLog(files, directory, options, found, spares);
        var isOpen = false;
        try
        {
            log.RequireRoom(found);
            log.Settle(found);
            recovered = new RecoveredStore
            {
                Groups = found.Groups,
                Records = found.Table.Records,
                Remarks = found.Remarks,
            };
            isOpen = true;
            return log;
        }
        finally
        {
            if (!isOpen)
            {
                log.Dispose();
            }
        }
    }

    /// <inheritdoc/>
    public long Cost(PersistTask task) => BatchBuffer.Cost(task);

    /// <inheritdoc/>
    public long Cost(StoreRecord record) => BatchBuffer.Cost(record);

    /// <inheritdoc/>
    public long StateCost(StoreRecord record) => record.Kind == StoreRecordKind.BootstrapMark
        ? LogFormat.ReplicaBytesMax + BatchBuffer.Cost(record)
        : LogFormat.ReplicaBytesMax;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records)
    {
        ThrowIfFailed();
        try
        {
            AppendBatch(tasks, records);
        }
        catch (Exception failure)
        {
            Fail(failure);
            throw;
        }
    }

    /// <inheritdoc/>
    public void MarkIdle()
    {
        ThrowIfFailed();
        if (_isMarked)
        {
            return;
        }

        // Not waited for: the mark only narrows what can be mistaken for a torn tail, nothing rests on it.
        var segment = _segments[^1];
        Invariant.Holds(_nextBlock < segment.Blocks, (ulong)_nextBlock, (ulong)segment.Blocks);
        try
        {
            segment.File.Write(OffsetOf(_nextBlock), MarkOf(segment, _lastBatch, _nextBlock));
        }
        catch (Exception failure)
        {
            Fail(failure);
            throw;
        }

        _isMarked = true;
    }

    /// <summary>
    /// Does one bounded step towards two spare segments: renames recycled ones, or writes zeros. To be called by one
    /// worker beside the log writer's, until it says <see cref="SpareStatus.Ready"/>, and again whenever
    /// <see cref="SegmentCount"/> changed or space may be back; while nobody does, nothing is recycled, and the writer
    /// makes its segments itself, in the middle of an append.
    /// </summary>
    public SpareStatus PrepareSpares()
    {
        ThrowIfFailed();
        try
        {
            return _spares.Prepare();
        }
        catch (Exception failure)
        {
            Fail(failure);
            throw;
        }
    }

    /// <summary>Closes the files; whatever was appended is durable already.</summary>
    public void Dispose()
    {
        foreach (var segment in _segments)
        {
            segment.Dispose();
        }

        _spares.Dispose();
    }

    private void AppendBatch(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records)
    {
        _batch.Clear();
        foreach (var task in tasks)
        {
            _batch.Add(task);
        }

        foreach (var record in records)
        {
            _batch.Add(record);
        }

        if (_batch.Records == 0)
        {
            return;
        }

        Invariant.Holds(_batch.BodyBytes <= BatchBytesMax, (ulong)_batch.BodyBytes, (ulong)BatchBytesMax);
        EnsureRoom();
        Check(tasks, records);
        var start = WriteBatch(HeaderKind.Batch, _batch);
        Take(tasks, records, start);
        Retire();
        _forwardDebtBytes += _batch.BodyBytes;
        if (_forwardDebtBytes >= ForwardStepBytes && IsForwardDue)
        {
            _forwardDebtBytes = 0;
            Forward();
        }
    }

    private static long OffsetOf(int block) => (long)block * LogFormat.BlockBytes;

    /// <summary>Asserts, before anything is written, that recovery would accept the batch.</summary>
    private void Check(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records)
    {
        foreach (var task in tasks)
        {
            if (task.NeedsWrite)
            {
                PendingOf(task.Group).Take(task);
            }
        }

        foreach (var record in records)
        {
            if (record.Group.Value > 0)
            {
                PendingOf(record.Group).Take(record);
            }
        }
    }

    private PendingGroup PendingOf(GroupId id)
    {
        var group = _table.GetOrAdd(id);
        group.Pending.Begin(group, _lastBatch + 1);
        return group.Pending;
    }

    /// <summary>Writes what the buffer holds as the next batch, waits for the disk, returns where it begins.</summary>
    private long WriteBatch(HeaderKind kind, BatchBuffer buffer)
    {
        var segment = _segments[^1];
        var block = _nextBlock;
        var batch = _lastBatch + 1;
        // One block always stays for the mark behind the last batch.
        Invariant.Holds(block + buffer.Blocks < segment.Blocks, (ulong)block, (ulong)segment.Blocks);
        segment.File.Write(OffsetOf(block), buffer.Seal(kind, segment.Sequence, batch, block));
        segment.File.SyncData();
        _lastBatch = batch;
        _nextBlock = block + buffer.Blocks;
        _isMarked = false;
        return OffsetOf(block);
    }

    /// <summary>The batch is durable: brings table and indexes to what recovery would make of it.</summary>
    private void Take(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records, long start)
    {
        var segment = _segments[^1];
        var offset = start + LogFormat.HeaderBytes;
        foreach (var task in tasks)
        {
            if (task.NeedsWrite)
            {
                offset = Take(task, segment, offset);
            }
        }

        foreach (var record in records)
        {
            offset += BatchBuffer.Cost(record);
            if (!_table.TryTake(record))
            {
                Take(record);
            }
        }

        Invariant.Holds(offset == start + LogFormat.HeaderBytes + _batch.BodyBytes);
    }

    private long Take(PersistTask task, Segment segment, long offset)
    {
        var group = _table.GetOrAdd(task.Group);
        if (task.HardState is { } state)
        {
            group.Persist(state);
            offset += LogFormat.HardStateBytes;
        }

        if (task.Snapshot is { } snapshot)
        {
            offset += LogFormat.Padded(LogFormat.RecordHeaderBytes + RecordCodec.SnapshotBytes(snapshot));
            if (task.KeepsLog)
            {
                group.Mark(snapshot);
            }
            else
            {
                group.Install(snapshot);
                LoseAll(group);
            }
        }

        foreach (var entry in task.Entries)
        {
            if (entry.Index <= group.Last.Index)
            {
                Lose(group.Index.View, new IndexRange(entry.Index, group.Last.Index + 1));
                group.Index.TruncateFrom(entry.Index);
            }

            var length = LogFormat.EntryHeaderBytes + entry.Payload.Length;
            var location = new EntryLocation((uint)segment.Sequence, (uint)offset, length);
            group.Append(entry.Id, entry.TimeTicks);
            group.Index.Append(location);
            segment.Gained(location);
            offset = location.EndOffset;
        }

        return offset;
    }

    private void Take(StoreRecord record)
    {
        var group = _table.GetOrAdd(record.Group);
        switch (StateTable.Apply(record, group))
        {
            case LogEffect.Compacted:
                var view = group.Index.View;
                Lose(view, new IndexRange(view.FirstIndex, group.Base.Index + 1));
                group.Index.CompactTo(group.Base.Index + 1);
                break;
            case LogEffect.Dropped:
                LoseAll(group);
                break;
        }
    }

    private void LoseAll(GroupState group)
    {
        var view = group.Index.View;
        Lose(view, new IndexRange(view.FirstIndex, view.EndIndex));
        group.Index.Reset(group.Last.Index + 1);
    }

    private void Lose(IndexView view, IndexRange range)
    {
        for (var index = range.FirstIndex; index < range.EndIndex; index++)
        {
            var location = view[index];
            SegmentOf(_segments, location).Lost(location);
        }
    }

    private static Segment SegmentOf(Segment[] segments, EntryLocation location)
    {
        var position = location.Segment - segments[0].Sequence;
        Invariant.Holds(position < (ulong)segments.Length, position, (ulong)segments.Length);
        return segments[position];
    }

    private void ThrowIfFailed()
    {
        if (Volatile.Read(ref _failure) is { } failure)
        {
            throw new FileSystemException(
                FileFailure.Device, "use", _directory, $"the log failed before: {failure.Message}");
        }
    }

    private void Fail(Exception failure) => Interlocked.CompareExchange(ref _failure, failure, null);
}
