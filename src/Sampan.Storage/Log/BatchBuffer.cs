using System.Buffers.Binary;
using System.Numerics;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// Where batches are encoded: one buffer that is used again for each, so that an append allocates nothing. Records are
/// written straight behind the place of the header; <see cref="Seal"/> completes the batch.
/// </summary>
internal sealed class BatchBuffer
{
    private const int InitialBytes = 64 * 1024;

    private readonly Incarnation _owner;
    private byte[] _bytes = new byte[InitialBytes];
    private int _end = LogFormat.HeaderBytes;
    private int _records;

    /// <summary>An empty buffer; its headers name <paramref name="owner"/>.</summary>
    public BatchBuffer(Incarnation owner)
    {
        _owner = owner;
    }

    /// <summary>How many records it holds.</summary>
    public int Records => _records;

    /// <summary>Bytes of the records so far.</summary>
    public int BodyBytes => _end - LogFormat.HeaderBytes;

    /// <summary>The records so far; valid until the next call.</summary>
    public ReadOnlySpan<byte> Body => _bytes.AsSpan(LogFormat.HeaderBytes, BodyBytes);

    /// <summary>How many blocks the batch will take.</summary>
    public int Blocks => LogFormat.Blocks(_end);

    /// <summary>Where the next record will begin, from the header on.</summary>
    public int Position => _end;

    /// <summary>Begins a new batch.</summary>
    public void Clear()
    {
        _end = LogFormat.HeaderBytes;
        _records = 0;
    }

    /// <summary>What <see cref="Add(PersistTask)"/> will take.</summary>
    public static long Cost(PersistTask task)
    {
        var cost = task.HardState is null ? 0L : LogFormat.HardStateBytes;
        if (task.Snapshot is { } snapshot)
        {
            cost += LogFormat.Padded(LogFormat.RecordHeaderBytes + RecordCodec.SnapshotBytes(snapshot));
        }

        foreach (var entry in task.Entries)
        {
            cost += EntryCost(entry);
        }

        return cost;
    }

    /// <summary>What an entry's record takes.</summary>
    public static int EntryCost(Entry entry) => LogFormat.Padded(LogFormat.EntryHeaderBytes + entry.Payload.Length);

    /// <summary>What <see cref="Add(StoreRecord)"/> will take.</summary>
    public static long Cost(StoreRecord record) =>
        LogFormat.Padded(LogFormat.RecordHeaderBytes + RecordCodec.BodyBytes(record));

    /// <summary>Adds a task's hard state, snapshot and entries, in this order.</summary>
    public void Add(PersistTask task)
    {
        if (task.HardState is { } state)
        {
            var body = Begin(RecordKind.HardState, EntryKind.Empty, task.Group, bodyBytes: 24);
            RecordCodec.Write(body, state);
            End(bodyBytes: 24);
        }

        if (task.Snapshot is { } snapshot)
        {
            AddSnapshot(task.KeepsLog ? RecordKind.SnapshotMark : RecordKind.Install, task.Group, snapshot);
        }

        foreach (var entry in task.Entries)
        {
            Add(task.Group, entry);
        }
    }

    /// <summary>Adds a record of the store or of a group.</summary>
    public void Add(StoreRecord record)
    {
        var bodyBytes = RecordCodec.BodyBytes(record);
        var kind = (RecordKind)(16 + (byte)record.Kind);
        RecordCodec.Write(Begin(kind, EntryKind.Empty, record.Group, bodyBytes), record);
        End(bodyBytes);
    }

    /// <summary>Adds a mark of a snapshot, or its installation.</summary>
    public void AddSnapshot(RecordKind kind, GroupId group, SnapshotMeta snapshot)
    {
        var bodyBytes = RecordCodec.SnapshotBytes(snapshot);
        RecordCodec.Write(Begin(kind, EntryKind.Empty, group, bodyBytes), snapshot);
        End(bodyBytes);
    }

    /// <summary>Adds the line of a group in a state block.</summary>
    public void AddGroup(GroupState group)
    {
        const int Bytes = LogFormat.GroupBytes - LogFormat.RecordHeaderBytes;
        group.Write(Begin(RecordKind.Group, EntryKind.Empty, group.Id, Bytes));
        End(Bytes);
    }

    /// <summary>
    /// The place for an entry's record of this length that is copied from an older segment; call
    /// <see cref="EndForwarded"/> when it is filled.
    /// </summary>
    public Span<byte> BeginForwarded(int lengthBytes)
    {
        Reserve(LogFormat.Padded(lengthBytes));
        return _bytes.AsSpan(_end, lengthBytes);
    }

    /// <summary>Takes the copied record into the batch, as one that never truncates.</summary>
    public void EndForwarded(int lengthBytes)
    {
        _bytes[_end + 8] = (byte)RecordKind.Forwarded;
        End(lengthBytes - LogFormat.RecordHeaderBytes);
    }

    /// <summary>
    /// Completes the batch: zeros up to the block's end, check sums, header. What is returned is valid until the next
    /// call.
    /// </summary>
    public ReadOnlySpan<byte> Seal(HeaderKind kind, ulong segment, ulong batch, int block)
    {
        var total = Blocks * LogFormat.BlockBytes;
        Reserve(total - _end);
        _bytes.AsSpan(_end, total - _end).Clear();
        var bodyCrc = Crc32C.Of(_bytes.AsSpan(LogFormat.HeaderBytes, total - LogFormat.HeaderBytes));
        var header = new BlockHeader(kind, segment, batch, (uint)block, BodyBytes, _records, bodyCrc);
        header.Write(_bytes, _owner);
        return _bytes.AsSpan(0, total);
    }

    private void Add(GroupId group, Entry entry)
    {
        var payload = entry.Payload.Span;
        var bodyBytes = 24 + payload.Length;
        var body = Begin(RecordKind.Entry, entry.Kind, group, bodyBytes);
        BinaryPrimitives.WriteUInt64LittleEndian(body, entry.Term);
        BinaryPrimitives.WriteUInt64LittleEndian(body[8..], entry.Index);
        BinaryPrimitives.WriteInt64LittleEndian(body[16..], entry.TimeTicks);
        payload.CopyTo(body[24..]);
        End(bodyBytes);
    }

    private Span<byte> Begin(RecordKind kind, EntryKind entryKind, GroupId group, int bodyBytes)
    {
        var length = LogFormat.RecordHeaderBytes + bodyBytes;
        Reserve(LogFormat.Padded(length));
        var record = _bytes.AsSpan(_end, length);
        record[8] = (byte)kind;
        record[9] = (byte)entryKind;
        BinaryPrimitives.WriteUInt64LittleEndian(record[16..], group.Value);
        return record[LogFormat.RecordHeaderBytes..];
    }

    private void End(int bodyBytes)
    {
        var length = LogFormat.RecordHeaderBytes + bodyBytes;
        var padded = LogFormat.Padded(length);
        LogRecord.Seal(_bytes.AsSpan(_end, length));
        _bytes.AsSpan(_end + length, padded - length).Clear();
        _end += padded;
        _records++;
    }

    // Growth is rare and keeps what it reached: the largest batch is a quarter of a segment.
    private void Reserve(int count)
    {
        if (_bytes.Length - _end < count)
        {
            Array.Resize(ref _bytes, (int)BitOperations.RoundUpToPowerOf2((uint)_end + (uint)count));
        }
    }
}
