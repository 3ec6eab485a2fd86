using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Tests.Log;

/// <summary>One group of the <see cref="LogModel"/>.</summary>
internal sealed class ModelGroup
{
    /// <summary>This store's replica, or 0.</summary>
    public ulong Replica { get; set; }

    /// <summary>The highest replica that is gone.</summary>
    public ulong Tombstone { get; set; }

    /// <summary>Term, vote, commit.</summary>
    public HardState HardState { get; set; }

    /// <summary>The entry before the first.</summary>
    public LogId Base { get; set; }

    /// <summary>The entries, without a gap.</summary>
    public List<Entry> Entries { get; } = [];

    /// <summary>Indexes of marked snapshots, in the order of marking.</summary>
    public List<ulong> Marks { get; } = [];

    /// <summary>The initial configuration.</summary>
    public string? Bootstrap { get; set; }

    /// <summary>Whether the replica takes part.</summary>
    public bool IsAdmitted { get; set; }

    /// <summary>The last index.</summary>
    public ulong Last => Base.Index + (ulong)Entries.Count;

    /// <summary>A copy.</summary>
    public ModelGroup Clone()
    {
        var copy = new ModelGroup
        {
            Replica = Replica,
            Tombstone = Tombstone,
            HardState = HardState,
            Base = Base,
            Bootstrap = Bootstrap,
            IsAdmitted = IsAdmitted,
        };
        copy.Entries.AddRange(Entries);
        copy.Marks.AddRange(Marks);
        return copy;
    }

    /// <summary>A task was appended.</summary>
    public void Take(PersistTask task)
    {
        HardState = task.HardState ?? HardState;
        if (task.Snapshot is { } snapshot)
        {
            if (!task.KeepsLog)
            {
                Base = snapshot.Last;
                Entries.Clear();
                Marks.Clear();
            }

            Mark(snapshot.Last.Index);
        }

        foreach (var entry in task.Entries)
        {
            Entries.RemoveAll(held => held.Index >= entry.Index);
            Entries.Add(entry);
        }
    }

    /// <summary>A record was appended.</summary>
    public void Take(StoreRecord record)
    {
        switch (record.Kind)
        {
            case StoreRecordKind.BootstrapMark:
                Replica = record.Replica.Value;
                Bootstrap = record.Configuration?.ToString();
                break;
            case StoreRecordKind.ReplicaCreated:
                Replica = record.Replica.Value;
                break;
            case StoreRecordKind.Admitted:
                IsAdmitted |= record.Replica.Value == Replica;
                break;
            case StoreRecordKind.SnapshotMark:
                Mark(record.Snapshot?.Last.Index ?? 0);
                break;
            case StoreRecordKind.CompactionMark when record.CompactedTo.Index > Base.Index:
                Entries.RemoveAll(held => held.Index <= record.CompactedTo.Index);
                Base = record.CompactedTo;
                break;
            case StoreRecordKind.Tombstone:
                Tombstone = Math.Max(Tombstone, record.Replica.Value);
                if (Replica <= Tombstone)
                {
                    (Replica, HardState, Base, Bootstrap, IsAdmitted) = (0, default, LogId.Zero, null, false);
                    Entries.Clear();
                    Marks.Clear();
                }

                break;
        }
    }

    /// <summary>All of it.</summary>
    public string Describe() =>
        $"replica {Replica} tombstone {Tombstone} {HardState} base {Base} bootstrap {Bootstrap} "
        + $"admitted {IsAdmitted} "
        + $"marks {string.Join(',', Marks.Order())} entries "
        + string.Join(' ', Entries.Select(entry =>
            $"{entry.Kind}:{entry.Id}:{entry.TimeTicks}:{entry.Payload.Length}:{Crc32C.Of(entry.Payload.Span):x8}"));

    private void Mark(ulong index)
    {
        Marks.Remove(index);
        Marks.Add(index);
        if (Marks.Count > 2)
        {
            Marks.RemoveAt(0);
        }
    }
}
