using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Stores;

/// <summary>One group's part of a <see cref="ModelDisk"/>: the plainest log that keeps the contract.</summary>
internal sealed class ModelGroup
{
    private readonly List<Entry> _entries = [];
    private readonly List<SnapshotMeta> _snapshots = [];
    private HardState _hardState;
    private LogId _base;
    private ReplicaId _replica;
    private ReplicaId _tombstone;
    private Configuration? _bootstrap;

    /// <summary>The entry before the first one.</summary>
    public LogId Base => _base;

    /// <summary>The entries.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>Writes what a task holds.</summary>
    public void Write(PersistTask task)
    {
        _hardState = task.HardState ?? _hardState;
        if (task.Snapshot is not null)
        {
            if (!task.KeepsLog)
            {
                _entries.Clear();
                _base = task.Snapshot.Last;
            }

            _snapshots.Clear();
            _snapshots.Add(task.Snapshot);
        }

        if (task.Entries.Count > 0)
        {
            var first = task.Entries[0].Index;
            Invariant.Holds(first > _base.Index && first <= LastIndex + 1, first, LastIndex);
            _entries.RemoveRange((int)(first - _base.Index - 1), (int)(LastIndex + 1 - first));
            _entries.AddRange(task.Entries);
        }
    }

    /// <summary>Writes a record of the group.</summary>
    public void Write(StoreRecord record)
    {
        switch (record.Kind)
        {
            case StoreRecordKind.BootstrapMark:
                _bootstrap = record.Configuration;
                _replica = record.Replica;
                break;
            case StoreRecordKind.ReplicaCreated:
                _replica = record.Replica;
                break;
            case StoreRecordKind.SnapshotMark when record.Snapshot is not null:
                _snapshots.RemoveAll(older => older.Last.Index >= record.Snapshot.Last.Index);
                _snapshots.Add(record.Snapshot);
                _snapshots.RemoveRange(0, Math.Max(0, _snapshots.Count - 2));
                break;
            case StoreRecordKind.CompactionMark when record.CompactedTo.Index > _base.Index:
                Invariant.Holds(record.CompactedTo.Index <= LastIndex, record.CompactedTo.Index, LastIndex);
                _entries.RemoveRange(0, (int)(record.CompactedTo.Index - _base.Index));
                _base = record.CompactedTo;
                break;
            case StoreRecordKind.Tombstone:
                Bury(record.Replica);
                break;
            default:
                break;
        }
    }

    /// <summary>Reads entries.</summary>
    public int Read(IndexRange range, long bytesMax, List<Entry> into)
    {
        var count = 0;
        var bytes = 0L;
        for (var index = range.FirstIndex; index > _base.Index && index < range.EndIndex && index <= LastIndex; index++)
        {
            var entry = _entries[(int)(index - _base.Index - 1)];
            if (count > 0 && bytes + entry.SizeBytes > bytesMax)
            {
                break;
            }

            into.Add(entry);
            bytes += entry.SizeBytes;
            count++;
        }

        return count;
    }

    /// <summary>What a start finds.</summary>
    public RecoveredGroup Recover(GroupId group)
    {
        var runs = new List<LogId>();
        var configurations = new List<ConfigurationEntry>();
        foreach (var entry in _entries)
        {
            if (runs.Count == 0 || runs[^1].Term != entry.Term)
            {
                runs.Add(entry.Id);
            }

            if (entry.Kind == EntryKind.Configuration)
            {
                Invariant.Holds(ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration));
                configurations.Add(new ConfigurationEntry(entry.Index, configuration));
            }
        }

        return new RecoveredGroup
        {
            Group = group,
            Replica = _replica,
            Tombstone = _tombstone,
            HardState = _hardState,
            Base = _base,
            TermRuns = runs,
            LastIndex = LastIndex,
            TimeTicks = _entries.Count > 0 ? _entries[^1].TimeTicks : 0,
            Bootstrap = _bootstrap,
            Configurations = configurations,
            Snapshots = [.. _snapshots],
        };
    }

    private ulong LastIndex => _base.Index + (ulong)_entries.Count;

    private void Bury(ReplicaId replica)
    {
        _tombstone = replica;
        _replica = ReplicaId.None;
        _entries.Clear();
        _snapshots.Clear();
        _hardState = default;
        _base = LogId.Zero;
        _bootstrap = null;
    }
}
