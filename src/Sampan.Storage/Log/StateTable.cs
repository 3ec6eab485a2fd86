using System.Collections.Immutable;
using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// The last value of everything the log says, entries apart: its groups and the store's own records. State blocks are
/// written from it, so a segment is never needed for anything but live entries once a later one is open.
/// </summary>
internal sealed class StateTable
{
    private readonly Dictionary<GroupId, GroupState> _groups = [];
    private readonly List<GroupState> _sorted = [];
    private readonly SortedDictionary<StoreId, StoreRecord> _peers = [];
    private StoreRecord? _electionTimeout;
    private ImmutableDictionary<GroupId, EntryIndex> _indexes = ImmutableDictionary<GroupId, EntryIndex>.Empty;

    /// <summary>The groups by ascending id.</summary>
    public IReadOnlyList<GroupState> Groups => _sorted;

    /// <summary>The indexes of all groups; any thread.</summary>
    public ImmutableDictionary<GroupId, EntryIndex> Indexes => Volatile.Read(ref _indexes);

    /// <summary>The newest store-wide records.</summary>
    public IReadOnlyList<StoreRecord> Records
    {
        get
        {
            var records = new List<StoreRecord>(_peers.Values);
            if (_electionTimeout is not null)
            {
                records.Add(_electionTimeout);
            }

            return records;
        }
    }

    /// <summary>What a state block would take now.</summary>
    public long StateBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var record in Records)
            {
                bytes += BatchBuffer.Cost(record);
            }

            foreach (var group in _sorted)
            {
                bytes += group.StateBytes;
            }

            return bytes;
        }
    }

    /// <summary>What a state block may come to take with the groups that there are (I-28).</summary>
    public long ReservedBytes
    {
        get
        {
            var bytes = 0L;
            foreach (var record in Records)
            {
                bytes += BatchBuffer.Cost(record);
            }

            foreach (var group in _sorted)
            {
                bytes += group.ReservedBytes;
            }

            return bytes;
        }
    }

    /// <summary>The group, if the log ever said anything of it.</summary>
    public GroupState? Find(GroupId group) => _groups.GetValueOrDefault(group);

    /// <summary>The group; from now on there is one of that id.</summary>
    public GroupState GetOrAdd(GroupId group)
    {
        if (_groups.TryGetValue(group, out var found))
        {
            return found;
        }

        Invariant.Holds(group.Value > 0);
        var added = new GroupState(group);
        _groups.Add(group, added);
        _sorted.Insert(FirstFrom(group), added);
        Volatile.Write(ref _indexes, _indexes.Add(group, added.Index));
        return added;
    }

    /// <summary>Position of the first group with this id or above in <see cref="Groups"/>.</summary>
    public int FirstFrom(GroupId group)
    {
        var (low, high) = (0, _sorted.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_sorted[middle].Id.CompareTo(group) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    /// <summary>Takes a store-wide record; false if it is one of a group.</summary>
    public bool TryTake(StoreRecord record)
    {
        switch (record.Kind)
        {
            case StoreRecordKind.PeerIncarnation:
                _peers[record.Peer] = record;
                return true;
            case StoreRecordKind.ElectionTimeout:
                _electionTimeout = record;
                return true;
            default:
                return false;
        }
    }

    /// <summary>Whether a record of a group may follow what is known of the group.</summary>
    public static bool CanApply(StoreRecord record, GroupState? group) => record.Kind switch
    {
        StoreRecordKind.BootstrapMark or StoreRecordKind.ReplicaCreated =>
            record.Replica != ReplicaId.None && (group is null || group.CanCreate(record.Replica)),
        StoreRecordKind.SnapshotMark => group is not null && group.Replica != ReplicaId.None,
        StoreRecordKind.CompactionMark => group is not null && group.Replica != ReplicaId.None
            && record.CompactedTo.Index <= group.Last.Index,
        StoreRecordKind.Admitted => group is not null && record.Replica != ReplicaId.None,
        StoreRecordKind.Tombstone => record.Replica != ReplicaId.None,
        _ => false,
    };

    /// <summary>Takes a record of a group and says what becomes of the group's entries.</summary>
    public static LogEffect Apply(StoreRecord record, GroupState group)
    {
        Invariant.Holds(CanApply(record, group));
        switch (record.Kind)
        {
            case StoreRecordKind.BootstrapMark:
                Invariant.Holds(record.Configuration is not null);
                group.MarkBootstrap(record.Replica, record.Configuration);
                return LogEffect.None;
            case StoreRecordKind.ReplicaCreated:
                group.CreateReplica(record.Replica);
                return LogEffect.None;
            case StoreRecordKind.Admitted:
                group.Admit(record.Replica);
                return LogEffect.None;
            case StoreRecordKind.SnapshotMark:
                Invariant.Holds(record.Snapshot is not null);
                group.Mark(record.Snapshot);
                return LogEffect.None;
            case StoreRecordKind.CompactionMark:
                return group.Compact(record.CompactedTo) ? LogEffect.Compacted : LogEffect.None;
            default:
                return group.Bury(record.Replica) ? LogEffect.Dropped : LogEffect.None;
        }
    }

    /// <summary>Writes everything into an empty buffer, in one order only: recovery compares the bytes.</summary>
    public void WriteState(BatchBuffer buffer)
    {
        Invariant.Holds(buffer.Records == 0);
        foreach (var record in Records)
        {
            buffer.Add(record);
        }

        foreach (var group in _sorted)
        {
            if (group.IsBlank)
            {
                continue;
            }

            buffer.AddGroup(group);
            if (group.Bootstrap is not null)
            {
                buffer.Add(new StoreRecord
                {
                    Kind = StoreRecordKind.BootstrapMark,
                    Group = group.Id,
                    Replica = group.Replica,
                    Configuration = group.Bootstrap,
                });
            }

            if (group.IsAdmitted)
            {
                buffer.Add(new StoreRecord
                {
                    Kind = StoreRecordKind.Admitted,
                    Group = group.Id,
                    Replica = group.Replica,
                });
            }

            foreach (var mark in group.Marks)
            {
                buffer.AddSnapshot(RecordKind.SnapshotMark, group.Id, mark);
            }
        }
    }
}
