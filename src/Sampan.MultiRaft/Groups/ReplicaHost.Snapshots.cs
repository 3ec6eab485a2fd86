using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;

namespace Sampan.MultiRaft.Groups;

/// <content>
/// Snapshots: those that were received, those that were taken here and what they let the log forget, those that members
/// wait for.
/// </content>
internal sealed partial class ReplicaHost
{
    /// <summary>At start: the sound snapshots of the group, ascending.</summary>
    public void Recovered(IReadOnlyList<SnapshotMeta> snapshots)
    {
        _newerSnapshot = snapshots.Count > 0 ? snapshots[^1] : null;
        _olderSnapshot = snapshots.Count > 1 ? snapshots[^2] : null;
    }

    /// <inheritdoc/>
    public void RecordDurable(StoreRecord record)
    {
        Invariant.Holds(record.Kind == StoreRecordKind.CompactionMark);
        Mailbox.Complete(Slot, record.CompactedTo.Index + 1, static (slot, first) => slot.Compacted(first));
    }

    private void TakeSnapshots(Completed completed, Instant now)
    {
        if (completed.SnapshotWritten is not null)
        {
            MarkOrDrop(completed.SnapshotWritten);
        }

        if (completed.SnapshotTaken is not null)
        {
            _askedSnapshotIndex = 0;
            _core.SnapshotTaken(completed.SnapshotTaken);
            CompactBehind(completed.SnapshotTaken);
        }

        foreach (var result in completed.SnapshotResults)
        {
            TakeResult(result);
        }

        foreach (var message in completed.ReceivedSnapshots)
        {
            StepSnapshot(message, now);
        }
    }

    /// <summary>A replica that has stopped has no use for any snapshot.</summary>
    private void RefuseSnapshots(Completed completed)
    {
        if (completed.SnapshotWritten is not null)
        {
            _store.SnapshotWorker.Overtaken(Group, completed.SnapshotWritten.Last, _failure);
        }

        foreach (var message in completed.ReceivedSnapshots)
        {
            Invariant.Holds(message.Snapshot is not null);
            _store.SnapshotWorker.Discard(Group, message.Snapshot.Last);
        }
    }

    private void StepSnapshot(Message message, Instant now)
    {
        _core.Step(message, now);
        Invariant.Holds(message.Snapshot is not null);
        if (ReferenceEquals(_core.AcceptedSnapshot, message.Snapshot))
        {
            _store.SnapshotWorker.Accepted(Group, message.Snapshot.Last);
            _olderSnapshot = null;
            _newerSnapshot = message.Snapshot;
        }
        else
        {
            _store.SnapshotWorker.Discard(Group, message.Snapshot.Last);
        }
    }

    /// <summary>
    /// A snapshot that was written is marked in the log, unless a newer one was accepted meanwhile: the log's marks are
    /// in order, and it keeps the last two.
    /// </summary>
    private void MarkOrDrop(SnapshotMeta written)
    {
        if (_newerSnapshot is not null && written.Last.Index < _newerSnapshot.Last.Index)
        {
            _store.SnapshotWorker.Overtaken(Group, written.Last, failure: null);
            return;
        }

        _store.LogWriter.Enqueue(
            new StoreRecord { Kind = StoreRecordKind.SnapshotMark, Group = Group, Snapshot = written },
            _store.SnapshotWorker);
    }

    /// <summary>
    /// The log is compacted only to the older of two snapshots that were both taken here, less a margin for followers
    /// that lag a little (E3); and never below that one's configuration, which is then known to be the one in force at
    /// the log's new base (I-30).
    /// </summary>
    private void CompactBehind(SnapshotMeta taken)
    {
        if (_newerSnapshot is not null && taken.Last.Index <= _newerSnapshot.Last.Index)
        {
            // It took the place of a damaged one, or a received one came between its mark and this.
            return;
        }

        _olderSnapshot = _newerSnapshot;
        _newerSnapshot = taken;
        if (_olderSnapshot is null || _olderSnapshot.Last.Index <= _store.Options.CompactionMarginEntries)
        {
            return;
        }

        var known = _olderSnapshot.Configuration.Index;
        var index = Math.Max(_olderSnapshot.Last.Index - _store.Options.CompactionMarginEntries, known);
        if (index > _compactedTo && _core.TryGetTerm(index, out var term))
        {
            Invariant.Holds(index <= _olderSnapshot.Last.Index, index, _olderSnapshot.Last.Index);
            Invariant.Holds(_core.ConfigurationAt(index).Index == known, _core.ConfigurationAt(index).Index, known);
            _compactedTo = index;
            _store.LogWriter.Enqueue(
                new StoreRecord
                {
                    Kind = StoreRecordKind.CompactionMark,
                    Group = Group,
                    CompactedTo = new LogId(term, index),
                },
                this);
        }
    }

    private void TakeResult(SnapshotResult result)
    {
        if (result.IsUnreadable && Lane is not null)
        {
            _store.ApplyWorker.Enqueue(new ApplyWork(Lane)
            {
                SnapshotEnd = SnapshotEnd.Unreadable,
                SnapshotIndex = result.Message.Snapshot?.Last.Index ?? 0,
            });
        }

        if (_sends.TryEnd(result.Message))
        {
            _core.SnapshotSent(result.Message.To, result.Succeeded);
        }
    }

    private void SendSnapshot(StoreId store, Message message)
    {
        if (store.Value == 0)
        {
            _core.SnapshotSent(message.To, succeeded: false);
            return;
        }

        _sends.Begin(message);
        _store.SnapshotWorker.Send(this, store, message);
    }

    /// <summary>Ends transfers that the core does not wait for: it lost its place, or their member caught up.</summary>
    private void CancelAbandonedSends()
    {
        foreach (var message in _sends.TakeAbandoned(
            replica => _failure is null && _core.IsSendingSnapshot(replica)))
        {
            _store.SnapshotWorker.Cancel(this, message);
        }
    }

    /// <summary>
    /// Some member cannot go on without a snapshot that this leader does not have: it is taken as soon as the state
    /// machine has come so far.
    /// </summary>
    private void TakeWantedSnapshot()
    {
        var wanted = _core.WantedSnapshotIndex;
        if (wanted > _askedSnapshotIndex && wanted <= _core.AppliedIndex)
        {
            Invariant.Holds(Lane is not null);
            _askedSnapshotIndex = wanted;
            _store.ApplyWorker.Enqueue(new ApplyWork(Lane) { SnapshotWanted = wanted });
        }
    }
}
