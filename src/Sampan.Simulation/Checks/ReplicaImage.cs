using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Simulation.Checks;

/// <summary>
/// What a store's log must hold of one group: all that it reported durable, and nothing else. An independent view of
/// the truth, built from what was given to the log, never from what the log says.
/// </summary>
internal sealed class ReplicaImage
{
    private readonly List<LoggedEntry> _entries = [];
    private readonly List<SnapshotMeta> _marks = [];

    /// <summary>A group of which the log knows nothing.</summary>
    public ReplicaImage(GroupId group) => Group = group;

    /// <summary>The group.</summary>
    public GroupId Group { get; }

    /// <summary>The replica, or none.</summary>
    public ReplicaId Replica { get; private set; }

    /// <summary>The highest id that is gone for good.</summary>
    public ReplicaId Tombstone { get; private set; }

    /// <summary>Term, vote, commit.</summary>
    public HardState HardState { get; private set; }

    /// <summary>The entry before the first one.</summary>
    public LogId Base { get; private set; }

    /// <summary>The last entry, or the base.</summary>
    public LogId Last =>
        _entries.Count == 0 ? Base : new LogId(_entries[^1].Term, Base.Index + (ulong)_entries.Count);

    /// <summary>The initial configuration, if the group was bootstrapped here.</summary>
    public Configuration? Bootstrap { get; private set; }

    /// <summary>Whether the replica was admitted to the group.</summary>
    public bool IsAdmitted { get; private set; }

    /// <summary>The newest marked snapshot, if any.</summary>
    public SnapshotMeta? NewestMark => _marks.MaxBy(mark => mark.Last.Index);

    /// <summary>The snapshot marked before that one, if it is marked still.</summary>
    public SnapshotMeta? OlderMark => _marks.OrderBy(mark => mark.Last.Index).SkipLast(1).LastOrDefault();

    /// <summary>The same image, from here on apart.</summary>
    public ReplicaImage Clone()
    {
        var copy = new ReplicaImage(Group)
        {
            Replica = Replica,
            Tombstone = Tombstone,
            HardState = HardState,
            Base = Base,
            Bootstrap = Bootstrap,
            IsAdmitted = IsAdmitted,
        };
        copy._entries.AddRange(_entries);
        copy._marks.AddRange(_marks);
        return copy;
    }

    /// <summary>The entry at an index; false where there is none, or the base stands there.</summary>
    public bool TryGet(ulong index, out LoggedEntry entry)
    {
        var isHeld = index > Base.Index && index <= Last.Index;
        entry = isHeld ? _entries[(int)(index - Base.Index - 1)] : default;
        return isHeld;
    }

    /// <summary>The newest configuration that the disk holds; null for none.</summary>
    public Configuration? NewestConfiguration(GroupHistory history)
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Kind == EntryKind.Configuration && history.TryGetConfiguration(
                new LogId(_entries[i].Term, Base.Index + (ulong)i + 1), out var configuration))
            {
                return configuration;
            }
        }

        return NewestMark?.Configuration.Configuration ?? Bootstrap;
    }

    /// <summary>Where the newest configuration of the log stands; 0 if it holds none.</summary>
    public ulong NewestConfigurationIndex()
    {
        for (var i = _entries.Count - 1; i >= 0; i--)
        {
            if (_entries[i].Kind == EntryKind.Configuration)
            {
                return Base.Index + (ulong)i + 1;
            }
        }

        return 0;
    }

    /// <summary>Whether the log, or what its base stands for, holds exactly this entry.</summary>
    public bool Covers(LogId id) => Replica != ReplicaId.None
        && (id.Index < Base.Index || id == Base || (TryGet(id.Index, out var entry) && entry.Term == id.Term));

    /// <summary>A write of the replica.</summary>
    public void Take(PersistTask task)
    {
        HardState = task.HardState ?? HardState;
        if (task.Snapshot is not null)
        {
            _marks.Clear();
            _marks.Add(task.Snapshot);
            if (!task.KeepsLog)
            {
                _entries.Clear();
                Base = task.Snapshot.Last;
            }
        }

        foreach (var entry in task.Entries)
        {
            var kept = (int)(entry.Index - Base.Index - 1);
            Invariant.Holds(entry.Index > Base.Index && kept <= _entries.Count);
            _entries.RemoveRange(kept, _entries.Count - kept);
            _entries.Add(LoggedEntry.Of(entry));
        }
    }

    /// <summary>A record of the store that concerns the group.</summary>
    public void Take(StoreRecord record)
    {
        switch (record.Kind)
        {
            case StoreRecordKind.BootstrapMark:
                Replica = record.Replica;
                Bootstrap = record.Configuration;
                break;
            case StoreRecordKind.ReplicaCreated:
                Replica = record.Replica;
                break;
            case StoreRecordKind.Admitted:
                IsAdmitted |= record.Replica == Replica && Replica != ReplicaId.None;
                break;
            case StoreRecordKind.SnapshotMark:
                Invariant.Holds(record.Snapshot is not null);
                _marks.RemoveAll(mark => mark.Last.Index == record.Snapshot.Last.Index);
                _marks.Add(record.Snapshot);
                break;
            case StoreRecordKind.CompactionMark:
                Compact(record.CompactedTo);
                break;
            case StoreRecordKind.Tombstone:
                Bury(record.Replica);
                break;
            default:
                break;
        }
    }

    /// <summary>How what a start found differs from this; null if it does not.</summary>
    public string? DifferenceTo(RecoveredGroup found, IReadOnlyList<Entry> entries)
    {
        if (found.Replica != Replica || found.Tombstone != Tombstone)
        {
            return $"replica {found.Replica}, tombstone {found.Tombstone}; it was {Replica}, {Tombstone}";
        }

        if (found.HardState != HardState)
        {
            return $"{found.HardState}; it was {HardState}";
        }

        if (found.Base != Base || found.LastIndex != Last.Index || entries.Count != _entries.Count)
        {
            return $"a log from {found.Base} to {found.LastIndex}; it was {Base} to {Last}";
        }

        for (var i = 0; i < entries.Count; i++)
        {
            if (LoggedEntry.Of(entries[i]) != _entries[i] || entries[i].Index != Base.Index + (ulong)i + 1)
            {
                return $"{entries[i]}; it was of term {_entries[i].Term}, a {_entries[i].Kind}";
            }
        }

        return DifferenceOfFacts(found);
    }

    private string? DifferenceOfFacts(RecoveredGroup found)
    {
        if (found.IsAdmitted != IsAdmitted || (found.Bootstrap is null) != (Bootstrap is null))
        {
            return $"admitted {found.IsAdmitted}, bootstrapped {found.Bootstrap is not null}; "
                + $"it was {IsAdmitted}, {Bootstrap is not null}";
        }

        var newest = found.Snapshots.Count == 0 ? null : found.Snapshots[^1];
        return newest?.Last == NewestMark?.Last
            ? null
            : $"{newest?.ToString() ?? "no snapshot"}; it was {NewestMark?.ToString() ?? "none"}";
    }

    private void Compact(LogId to)
    {
        if (to.Index > Base.Index)
        {
            Invariant.Holds(to.Index <= Last.Index, to.Index, Last.Index);
            _entries.RemoveRange(0, (int)(to.Index - Base.Index));
            Base = to;
        }
    }

    private void Bury(ReplicaId upTo)
    {
        Tombstone = upTo.CompareTo(Tombstone) > 0 ? upTo : Tombstone;
        if (Replica != ReplicaId.None && Replica.CompareTo(Tombstone) <= 0)
        {
            Replica = ReplicaId.None;
            HardState = default;
            Base = LogId.Zero;
            Bootstrap = null;
            IsAdmitted = false;
            _entries.Clear();
            _marks.Clear();
        }
    }
}
