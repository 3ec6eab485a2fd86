using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Stores;

/// <summary>
/// A log whose writes the checkers hear of, once they are durable; and in which a bug may be planted.
/// </summary>
internal sealed class ObservedLog : ILogStorage
{
    private readonly ILogStorage _log;
    private readonly StoreId _store;
    private readonly IReadOnlyDictionary<GroupId, GroupChecker> _checkers;
    private readonly PlantedBug _bug;
    private readonly Dictionary<GroupId, ulong> _durableTo = [];

    /// <summary>The log of a store.</summary>
    public ObservedLog(
        ILogStorage log, StoreId store, IReadOnlyDictionary<GroupId, GroupChecker> checkers, PlantedBug bug)
    {
        _log = log;
        _store = store;
        _checkers = checkers;
        _bug = bug;
    }

    /// <inheritdoc/>
    public long BatchBytesMax => _log.BatchBytesMax;

    /// <inheritdoc/>
    public long Cost(PersistTask task) => _log.Cost(task);

    /// <inheritdoc/>
    public long Cost(StoreRecord record) => _log.Cost(record);

    /// <inheritdoc/>
    public bool MustSpareRoom => _log.MustSpareRoom;

    /// <inheritdoc/>
    public long StateRoomBytes => _log.StateRoomBytes;

    /// <inheritdoc/>
    public long StateCost(StoreRecord record) => _log.StateCost(record);

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<PersistTask> tasks, ReadOnlySpan<StoreRecord> records)
    {
        if (_bug == PlantedBug.None)
        {
            _log.Append(tasks, records);
        }
        else
        {
            _log.Append(Damaged(tasks), records);
        }

        foreach (var task in tasks)
        {
            _checkers[task.Group].OnPersist(_store, task);
        }
    }

    /// <inheritdoc/>
    public void MarkIdle() => _log.MarkIdle();

    /// <inheritdoc/>
    public int Read(GroupId group, IndexRange range, long bytesMax, List<Entry> into) =>
        _log.Read(group, range, bytesMax, into);

    private PersistTask[] Damaged(ReadOnlySpan<PersistTask> tasks)
    {
        var damaged = tasks.ToArray();
        for (var i = 0; i < damaged.Length; i++)
        {
            damaged[i] = Damaged(damaged[i]);
        }

        return damaged;
    }

    private PersistTask Damaged(PersistTask task)
    {
        var damaged = new PersistTask(task.Group, task.Number)
        {
            HardState = task.HardState,
            Snapshot = task.Snapshot,
            KeepsLog = task.KeepsLog,
        };
        damaged.Entries.AddRange(task.Entries);
        if (_bug == PlantedBug.VoteForgotten && task.HardState is { } state)
        {
            damaged.HardState = state with { Vote = ReplicaId.None };
        }

        if (_bug == PlantedBug.OverwriteBlessed && task.Entries.Count > 0)
        {
            _durableTo.TryGetValue(task.Group, out var durable);
            damaged.Entries.RemoveAll(entry => entry.Index <= durable);
            _durableTo[task.Group] = Math.Max(durable, task.Entries[^1].Index);
        }

        return damaged;
    }
}
