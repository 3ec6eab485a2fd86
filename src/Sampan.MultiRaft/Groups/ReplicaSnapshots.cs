using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Logs;
using Sampan.MultiRaft.Stores;
using Sampan.Raft;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// The snapshots of a replica: those that were received, those that were taken here and what they let the log forget,
/// those that members wait for.
/// </summary>
internal sealed class ReplicaSnapshots : IRecordWaiter
{
    private readonly StoreWorkers _store;
    private readonly ReplicaHost _host;
    private readonly RaftReplica _core;
    private readonly SnapshotSends _sends = new();
    private SnapshotMeta? _older;
    private SnapshotMeta? _newer;
    private ulong _compactedTo;

    // What was asked of the state machine's worker for a member, and has not come of it yet.
    private ulong _askedIndex;

    /// <summary>Those of a replica that has none yet.</summary>
    public ReplicaSnapshots(StoreWorkers store, ReplicaHost host, RaftReplica core)
    {
        _store = store;
        _host = host;
        _core = core;
    }

    /// <summary>At start: the sound snapshots of the group, ascending.</summary>
    public void Recovered(IReadOnlyList<SnapshotMeta> snapshots)
    {
        _newer = snapshots.Count > 0 ? snapshots[^1] : null;
        _older = snapshots.Count > 1 ? snapshots[^2] : null;
    }

    /// <inheritdoc/>
    public void RecordDurable(StoreRecord record)
    {
        Invariant.Holds(record.Kind == StoreRecordKind.CompactionMark);
        _host.Mailbox.Complete(_host.Slot, record.CompactedTo.Index + 1, static (slot, first) => slot.Compacted(first));
    }

    /// <summary>What the snapshot worker completed.</summary>
    public void Take(Completed completed, Instant now)
    {
        if (completed.SnapshotWritten is not null)
        {
            MarkOrDrop(completed.SnapshotWritten);
        }

        if (completed.SnapshotTaken is not null)
        {
            _askedIndex = 0;
            _core.SnapshotTaken(completed.SnapshotTaken);
            CompactBehind(completed.SnapshotTaken);
        }

        foreach (var result in completed.SnapshotResults)
        {
            TakeResult(result);
        }

        foreach (var message in completed.ReceivedSnapshots)
        {
            Step(message, now);
        }
    }

    /// <summary>A replica that has stopped has no use for any snapshot.</summary>
    public void Refuse(Completed completed, string failure)
    {
        if (completed.SnapshotWritten is not null)
        {
            _store.SnapshotWorker.Overtaken(_host.Group, completed.SnapshotWritten.Last, failure);
        }

        foreach (var message in completed.ReceivedSnapshots)
        {
            Invariant.Holds(message.Snapshot is not null);
            _store.SnapshotWorker.Discard(_host.Group, message.Snapshot.Last);
        }
    }

    private void Step(Message message, Instant now)
    {
        Invariant.Holds(message.Snapshot is not null);
        // What raised no objection when it was offered may contradict what has come to be known since.
        if (_core.ObjectionTo(message, now) is { } objection)
        {
            _store.Observer.OnRemark($"a snapshot of group {_host.Group} is not taken: {objection}");
        }
        else
        {
            _core.Step(message, now);
        }

        if (ReferenceEquals(_core.AcceptedSnapshot, message.Snapshot))
        {
            _store.SnapshotWorker.Accepted(_host.Group, message.Snapshot.Last);
            _older = null;
            _newer = message.Snapshot;
        }
        else
        {
            _store.SnapshotWorker.Discard(_host.Group, message.Snapshot.Last);
        }
    }

    /// <summary>
    /// A snapshot that was written is marked in the log, unless a newer one was accepted meanwhile: the log's marks are
    /// in order, and it keeps the last two.
    /// </summary>
    private void MarkOrDrop(SnapshotMeta written)
    {
        if (_newer is not null && written.Last.Index < _newer.Last.Index)
        {
            _store.SnapshotWorker.Overtaken(_host.Group, written.Last, failure: null);
            return;
        }

        _store.LogWriter.Enqueue(
            new StoreRecord { Kind = StoreRecordKind.SnapshotMark, Group = _host.Group, Snapshot = written },
            _store.SnapshotWorker);
    }

    /// <summary>
    /// The log is compacted only to the older of two snapshots that were both taken here, less a margin for followers
    /// that lag a little (E3); and never below that one's configuration, which is then known to be the one in force at
    /// the log's new base (I-30).
    /// </summary>
    private void CompactBehind(SnapshotMeta taken)
    {
        if (_newer is not null && taken.Last.Index <= _newer.Last.Index)
        {
            // It took the place of a damaged one, or a received one came between its mark and this.
            return;
        }

        _older = _newer;
        _newer = taken;
        if (_older is null || _older.Last.Index <= _store.Options.CompactionMarginEntries)
        {
            return;
        }

        var known = _older.Configuration.Index;
        var index = Math.Max(_older.Last.Index - _store.Options.CompactionMarginEntries, known);
        if (index > _compactedTo && _core.TryGetTerm(index, out var term))
        {
            Invariant.Holds(index <= _older.Last.Index, index, _older.Last.Index);
            Invariant.Holds(_core.ConfigurationAt(index).Index == known, _core.ConfigurationAt(index).Index, known);
            _compactedTo = index;
            _store.LogWriter.Enqueue(
                new StoreRecord
                {
                    Kind = StoreRecordKind.CompactionMark,
                    Group = _host.Group,
                    CompactedTo = new LogId(term, index),
                },
                this);
        }
    }

    private void TakeResult(SnapshotResult result)
    {
        if (result.IsUnreadable && _host.Lane is not null)
        {
            _store.ApplyWorker.Enqueue(new ApplyWork(_host.Lane)
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

    /// <summary>The core wants a snapshot sent; to no store if it is not known where.</summary>
    public void Send(StoreId store, Message message)
    {
        if (store.Value == 0)
        {
            _core.SnapshotSent(message.To, succeeded: false);
            return;
        }

        _sends.Begin(message);
        _store.SnapshotWorker.Send(_host, store, message);
    }

    /// <summary>Ends transfers that the core does not wait for: it lost its place, or their member caught up.</summary>
    public void CancelAbandoned()
    {
        foreach (var message in _sends.TakeAbandoned(
            replica => !_host.HasFailed && _core.IsSendingSnapshot(replica)))
        {
            _store.SnapshotWorker.Cancel(_host, message);
        }
    }

    /// <summary>
    /// Some member cannot go on without a snapshot that this leader does not have: it is taken as soon as the state
    /// machine has come so far.
    /// </summary>
    public void TakeWanted()
    {
        var wanted = _core.WantedSnapshotIndex;
        if (wanted > _askedIndex && wanted <= _core.AppliedIndex)
        {
            Invariant.Holds(_host.Lane is not null);
            _askedIndex = wanted;
            _store.ApplyWorker.Enqueue(new ApplyWork(_host.Lane) { SnapshotWanted = wanted });
        }
    }
}
