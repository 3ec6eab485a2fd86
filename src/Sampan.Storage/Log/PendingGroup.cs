using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Log;

/// <summary>
/// A group as the batch that is about to be written will leave it. Checked before the write, since a record that
/// recovery would refuse must never reach the disk; a violation is an error of whoever gave the batch.
/// </summary>
internal sealed class PendingGroup
{
    private ulong _batch;
    private ReplicaId _replica;
    private ReplicaId _tombstone;
    private HardState _hardState;
    private ulong _baseIndex;
    private ulong _lastIndex;

    /// <summary>Starts from what is durable, once for each batch.</summary>
    public void Begin(GroupState group, ulong batch)
    {
        if (_batch == batch)
        {
            return;
        }

        _batch = batch;
        _replica = group.Replica;
        _tombstone = group.Tombstone;
        _hardState = group.HardState;
        _baseIndex = group.Base.Index;
        _lastIndex = group.Last.Index;
    }

    /// <summary>Asserts that the task may follow what came before.</summary>
    public void Take(PersistTask task)
    {
        // A replica is created, or bootstrapped, by a record of its own before it writes: else it could not be found.
        Invariant.Holds(_replica != ReplicaId.None);
        if (task.HardState is { } state)
        {
            Invariant.Holds(state.Term >= _hardState.Term, state.Term, _hardState.Term);
            Invariant.Holds(
                state.Term > _hardState.Term || _hardState.Vote == ReplicaId.None || state.Vote == _hardState.Vote);
            _hardState = state;
        }

        if (task.Snapshot is { } snapshot)
        {
            TakeSnapshot(snapshot.Last.Index, task.KeepsLog);
        }

        foreach (var entry in task.Entries)
        {
            Invariant.Holds(entry.Index > _baseIndex, entry.Index, _baseIndex);
            Invariant.Holds(entry.Index <= _lastIndex + 1, entry.Index, _lastIndex);
            _lastIndex = entry.Index;
        }
    }

    /// <summary>Asserts that the record may follow what came before.</summary>
    public void Take(StoreRecord record)
    {
        switch (record.Kind)
        {
            case StoreRecordKind.BootstrapMark or StoreRecordKind.ReplicaCreated:
                Invariant.Holds(record.Replica.CompareTo(_tombstone) > 0, record.Replica.Value, _tombstone.Value);
                Invariant.Holds(_replica == ReplicaId.None || _replica == record.Replica);
                _replica = record.Replica;
                break;
            case StoreRecordKind.Admitted:
                // The replica may be gone meanwhile: then it is without effect.
                Invariant.Holds(record.Replica != ReplicaId.None);
                break;
            case StoreRecordKind.SnapshotMark:
                Invariant.Holds(_replica != ReplicaId.None);
                break;
            case StoreRecordKind.CompactionMark:
                Invariant.Holds(_replica != ReplicaId.None);
                Invariant.Holds(
                    record.CompactedTo.Index <= Math.Max(_lastIndex, _baseIndex), record.CompactedTo.Index, _lastIndex);
                _baseIndex = Math.Max(_baseIndex, record.CompactedTo.Index);
                break;
            case StoreRecordKind.Tombstone:
                Invariant.Holds(record.Replica != ReplicaId.None);
                TakeTombstone(record.Replica);
                break;
            default:
                Invariant.Unreachable($"{record.Kind} is not of a group");
                break;
        }
    }

    private void TakeSnapshot(ulong index, bool keepsLog)
    {
        if (keepsLog)
        {
            // It stands beside the log, so the log must hold its last entry: else the next start would see a gap.
            Invariant.Holds(index >= _baseIndex && index <= _lastIndex, index, _lastIndex);
            return;
        }

        _baseIndex = index;
        _lastIndex = index;
    }

    private void TakeTombstone(ReplicaId upTo)
    {
        _tombstone = upTo.CompareTo(_tombstone) > 0 ? upTo : _tombstone;
        if (_replica.CompareTo(_tombstone) <= 0)
        {
            _replica = ReplicaId.None;
            _hardState = default;
            _baseIndex = 0;
            _lastIndex = 0;
        }
    }
}
