using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Tests.Fixture;

/// <summary>One group's part of a log in memory.</summary>
internal sealed class MemoryGroupLog
{
    private readonly SortedDictionary<ulong, Entry> _entries = [];
    private readonly List<SnapshotMeta> _snapshots = [];
    private HardState _hardState;
    private LogId _base;
    private ReplicaId _replica;
    private ReplicaId _tombstone;
    private Configuration? _bootstrap;
    private bool _isAdmitted;

    /// <summary>Writes a task.</summary>
    public void Write(PersistTask task)
    {
        AssertThere();
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
            foreach (var index in _entries.Keys.Where(index => index >= task.Entries[0].Index).ToArray())
            {
                _entries.Remove(index);
            }
        }

        foreach (var entry in task.Entries)
        {
            _entries[entry.Index] = entry;
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
            case StoreRecordKind.Admitted:
                _isAdmitted |= record.Replica == _replica;
                break;
            case StoreRecordKind.SnapshotMark when record.Snapshot is not null:
                AssertThere();
                _snapshots.Add(record.Snapshot);
                _snapshots.RemoveRange(0, Math.Max(0, _snapshots.Count - 2));
                break;
            case StoreRecordKind.CompactionMark:
                AssertThere();
                _base = record.CompactedTo;
                foreach (var index in _entries.Keys.Where(index => index <= _base.Index).ToArray())
                {
                    _entries.Remove(index);
                }

                break;
            case StoreRecordKind.Tombstone:
                _tombstone = record.Replica;
                _replica = default;
                _bootstrap = null;
                _isAdmitted = false;
                _entries.Clear();
                _snapshots.Clear();
                _hardState = default;
                _base = default;
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
        for (var index = range.FirstIndex; index < range.EndIndex; index++)
        {
            if (!_entries.TryGetValue(index, out var entry))
            {
                break;
            }

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
        foreach (var entry in _entries.Values)
        {
            if (runs.Count == 0 || runs[^1].Term != entry.Term)
            {
                runs.Add(entry.Id);
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
            LastIndex = _entries.Count > 0 ? _entries.Keys.Last() : _base.Index,
            TimeTicks = _entries.Count > 0 ? _entries.Values.Last().TimeTicks : 0,
            Bootstrap = _bootstrap,
            IsAdmitted = _isAdmitted,
            Configurations = [.. _entries.Values.Where(entry => entry.Kind == EntryKind.Configuration).Select(Decode)],
            Snapshots = [.. _snapshots],
        };
    }

    // As the real log does: a start would not know whose it is.
    private void AssertThere() => Assert.NotEqual(ReplicaId.None, _replica);

    private static ConfigurationEntry Decode(Entry entry)
    {
        Assert.True(ConfigurationCodec.TryDecode(entry.Payload.Span, out var configuration));
        return new ConfigurationEntry(entry.Index, configuration);
    }
}
