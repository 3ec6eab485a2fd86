using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>A log in memory, durable as long as the object lives: what a store finds when it starts again.</summary>
internal sealed class MemoryLogStorage : ILogStorage
{
    private readonly SortedDictionary<GroupId, MemoryGroupLog> _groups = [];
    private readonly Dictionary<(StoreRecordKind, StoreId), StoreRecord> _records = [];

    /// <summary>How many batches were written.</summary>
    public int Batches { get; private set; }

    /// <summary>Thrown by the next append, if set.</summary>
    public Exception? Fault { get; set; }

    /// <inheritdoc/>
    public bool MustSpareRoom { get; set; }

    /// <summary>How many groups it has room for.</summary>
    public int GroupsMax { get; set; } = int.MaxValue;

    /// <inheritdoc/>
    public long StateRoomBytes => 100L * (GroupsMax - _groups.Count);

    /// <inheritdoc/>
    public long BatchBytesMax { get; set; } = 16 * 1024 * 1024;

    /// <inheritdoc/>
    public long Cost(PersistTask task) => 64 + task.Entries.Sum(entry => (long)entry.SizeBytes);

    /// <inheritdoc/>
    public long Cost(StoreRecord record) => 64;

    /// <inheritdoc/>
    public long StateCost(StoreRecord record) => 100;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records)
    {
        if (Fault is not null)
        {
            throw Fault;
        }

        Batches++;
        foreach (var task in tasks)
        {
            LogOf(task.Group).Write(task);
        }

        foreach (var record in records)
        {
            if (record.Group.Value > 0)
            {
                LogOf(record.Group).Write(record);
            }
            else
            {
                _records[(record.Kind, record.Peer)] = record;
            }
        }
    }

    /// <inheritdoc/>
    public void MarkIdle()
    {
        // Nothing can tear here.
    }

    /// <inheritdoc/>
    public int Read(GroupId group, IndexRange range, long bytesMax, List<Entry> into) =>
        LogOf(group).Read(range, bytesMax, into);

    /// <summary>What a start finds.</summary>
    public RecoveredStore Recover() => new()
    {
        Groups = [.. _groups.Select(pair => pair.Value.Recover(pair.Key))],
        Records = [.. _records.Values],
        Remarks = [],
    };

    private MemoryGroupLog LogOf(GroupId group)
    {
        if (!_groups.TryGetValue(group, out var log))
        {
            log = new MemoryGroupLog();
            _groups.Add(group, log);
        }

        return log;
    }
}
