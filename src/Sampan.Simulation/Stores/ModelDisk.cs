using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Stores;

/// <summary>
/// What a log leaves on a disk, without bytes: batches are there as a whole or not at all. It outlives the processes
/// that use it, and lets thousands of seeds run in the time in which the real log runs tens.
/// </summary>
internal sealed class ModelDisk
{
    private readonly SortedDictionary<GroupId, ModelGroup> _groups = [];
    private readonly SortedDictionary<(StoreRecordKind Kind, StoreId Peer), StoreRecord> _records = [];

    /// <summary>The groups.</summary>
    public IEnumerable<KeyValuePair<GroupId, ModelGroup>> Groups => _groups;

    /// <summary>Writes a task.</summary>
    public void Write(PersistTask task) => Of(task.Group).Write(task);

    /// <summary>Writes a record.</summary>
    public void Write(StoreRecord record)
    {
        if (record.Group.Value > 0)
        {
            Of(record.Group).Write(record);
        }
        else
        {
            _records[(record.Kind, record.Peer)] = record;
        }
    }

    /// <summary>Reads entries.</summary>
    public int Read(GroupId group, IndexRange range, long bytesMax, List<Entry> into) =>
        _groups.TryGetValue(group, out var found) ? found.Read(range, bytesMax, into) : 0;

    /// <summary>What a start finds.</summary>
    public RecoveredStore Recover() => new()
    {
        Groups = [.. _groups.Select(pair => pair.Value.Recover(pair.Key))],
        Records = [.. _records.Values],
        Remarks = [],
    };

    private ModelGroup Of(GroupId group)
    {
        if (!_groups.TryGetValue(group, out var found))
        {
            found = new ModelGroup();
            _groups.Add(group, found);
        }

        return found;
    }
}
