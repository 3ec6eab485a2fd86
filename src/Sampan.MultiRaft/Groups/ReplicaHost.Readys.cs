using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;
using Sampan.Raft;
using Sampan.Raft.Events;

namespace Sampan.MultiRaft.Groups;

/// <content>Where a Ready's parts go: transport, log, state machine, reader, observers.</content>
internal sealed partial class ReplicaHost
{
    /// <summary>Takes what the core wants done and routes it.</summary>
    public void Route(bool endOfRound, Instant now)
    {
        _snapshots.CancelAbandoned();
        if (_failure is not null)
        {
            RouteInquiry(now);
            return;
        }

        _snapshots.TakeWanted();
        var room = _store.LogWriter.RoomBytes;
        var applyRoom = _store.Options.ApplyEntriesMax - _applyQueued - BacklogCount();
        var budget = new ReadyBudget(
            Math.Max(room, 0), (int)Math.Clamp(applyRoom, 0, int.MaxValue), endOfRound)
        {
            IsWithoutEntries = _store.LogWriter.MustSpareRoom,
        };
        if (!_core.TakeReady(_ready, budget, now))
        {
            return;
        }

        _statusDirty = true;
        foreach (var happened in _ready.Events)
        {
            Observe(happened);
            _store.Observer.OnRaftEvent(Group, happened);
        }

        foreach (var message in _ready.Outgoing)
        {
            Send(message);
        }

        if (_ready.Persist is not null)
        {
            Persist(_ready.Persist);
        }

        foreach (var wanted in _ready.Wanted)
        {
            _store.LogReader.Enqueue(this, wanted.Peer, wanted.Range);
        }

        if (_ready.Apply is not null)
        {
            _backlog.Enqueue(_ready.Apply);
        }

        PumpApply();
    }

    /// <summary>A replica that failed asks whether it was removed, and says nothing else any more.</summary>
    private void RouteInquiry(Instant now)
    {
        if (!_isPoisoned || !_core.TakeReady(_ready, new ReadyBudget(0, 0, EndOfRound: false), now))
        {
            return;
        }

        foreach (var happened in _ready.Events)
        {
            _store.Observer.OnRaftEvent(Group, happened);
        }

        foreach (var message in _ready.Outgoing.Where(message => message.Kind == MessageKind.MembershipQuery))
        {
            Send(message);
        }
    }

    private void Send(Message message)
    {
        var store = TargetOf(message);
        if (message.Kind == MessageKind.Snapshot)
        {
            _snapshots.Send(store, message);
        }
        else if (store.Value > 0)
        {
            _store.Transport.Send(store, StoreMessage.Of(message));
        }
    }

    private StoreId TargetOf(Message message) =>
        _speakers.MayBeSent(message) && _speakers.TryGetStore(message.To, out var store) ? store : default;

    private void Persist(PersistTask task)
    {
        if (task.Snapshot is not null && !task.KeepsLog)
        {
            _cache.Clear();
        }

        // Before the log has them: from this moment on the core relies on the cache for these entries.
        _cache.Append(task.Entries);
        var targets = task.AfterPersist.Count == 0 ? [] : new StoreId[task.AfterPersist.Count];
        for (var i = 0; i < targets.Length; i++)
        {
            targets[i] = TargetOf(task.AfterPersist[i]);
        }

        _store.LogWriter.Enqueue(this, task, targets);
    }

    private void Observe(RaftEvent happened)
    {
        switch (happened.Kind)
        {
            case RaftEventKind.RoleChanged:
                LeaderMayHaveChanged(happened);
                break;
            case RaftEventKind.ConfigurationChanged when happened.Configuration is not null:
                _newestConfiguration = happened.Configuration;
                _speakers.Learn(happened.Configuration);
                break;
            case RaftEventKind.ConfigurationCommitted:
                _committedConfiguration = happened.Configuration;
                ChangeMayBeOver(happened);
                break;
            case RaftEventKind.TransferAborted when _transfer is not null && happened.Role == Role.Leader:
                _transfer.Fail(
                    RaftErrorCode.TimedOut,
                    RequestOutcome.NotApplied,
                    "the target did not take over within an election timeout",
                    _store.Completions);
                _transfer = null;
                break;
            default:
                break;
        }
    }

    private void ChangeMayBeOver(RaftEvent happened)
    {
        if (_change is not null && happened.Index >= _changeIndex && happened.Configuration is { IsJoint: false })
        {
            _change.Settle(_store.Completions);
            _change = null;
        }
    }

    private void LeaderMayHaveChanged(RaftEvent happened)
    {
        if (happened.Role != Role.Leader && _change is not null)
        {
            _change.Fail(
                RaftErrorCode.LeaderChanged,
                RequestOutcome.Unknown,
                "leadership was lost before the change was committed",
                _store.Completions);
            _change = null;
        }

        if (_transfer is not null && happened.Role != Role.Leader && happened.Leader != ReplicaId.None)
        {
            _transfer.Settle(_store.Completions);
            _transfer = null;
        }
        else if (_transfer is not null && happened.Role == Role.Leader && happened.Term > _transferTerm)
        {
            _transfer.Fail(
                RaftErrorCode.LeaderChanged,
                RequestOutcome.NotApplied,
                "this store was elected again before the target took over",
                _store.Completions);
            _transfer = null;
        }

        if (_core.Leader == _lastLeader)
        {
            return;
        }

        if (_lastLeader != ReplicaId.None && _lastLeader != _replica)
        {
            _proposals.LeaderLost(_lastLeader, RaftErrorCode.LeaderChanged);
        }

        _lastLeader = _core.Leader;
    }

    private long BacklogCount()
    {
        var count = 0L;
        foreach (var task in _backlog)
        {
            count += (long)task.Committed.Count;
        }

        return count;
    }

    /// <summary>
    /// Hands committed entries to the state machine's worker, in order, with whoever waits for them. Entries that left
    /// the cache are fetched first, and everything behind them waits.
    /// </summary>
    private void PumpApply()
    {
        Invariant.Holds(Lane is not null);
        while (!_applyReadOutstanding && _backlog.TryPeek(out var task))
        {
            if (task.Snapshot is not null && _backlogNext <= task.Snapshot.Last.Index)
            {
                _backlogCovered = false;
                _proposals.CoveredTo(task.Snapshot.Last);
                _backlogNext = task.Snapshot.Last.Index + 1;
                _store.ApplyWorker.Enqueue(new ApplyWork(Lane) { Snapshot = task.Snapshot });
            }

            if (!task.Committed.IsEmpty && !_backlogCovered)
            {
                var next = Math.Max(_backlogNext, task.Committed.FirstIndex);
                while (next < task.Committed.EndIndex)
                {
                    _scratch.Clear();
                    var range = new IndexRange(next, task.Committed.EndIndex);
                    if (_cache.Read(range, long.MaxValue, _scratch) == 0)
                    {
                        _applyReadOutstanding = true;
                        _backlogNext = next;
                        _store.LogReader.Enqueue(this, ReplicaId.None, range);
                        return;
                    }

                    Hand([.. _scratch]);
                    next = _backlogNext;
                }
            }

            HandReads(task);
            _backlog.Dequeue();
        }
    }

    private void TakeEntries(EntriesRead read)
    {
        if (read.Peer != ReplicaId.None)
        {
            _core.EntriesAvailable(read.Peer, read.Range, read.Entries);
            return;
        }

        Invariant.Holds(read.Range.FirstIndex == _backlogNext);
        _applyReadOutstanding = false;
        if (read.Entries.Length > 0)
        {
            Hand(read.Entries);
        }
        else
        {
            // Committed entries that are not applied cannot be compacted or overwritten; but a snapshot may have taken
            // the log's place. It covers them, and comes to the state machine behind them.
            Invariant.Holds(IsCovered(read.Range.FirstIndex), read.Range.FirstIndex, _backlogNext);
            _backlogCovered = true;
        }

        PumpApply();
    }

    private bool IsCovered(ulong index)
    {
        if (_core.AcceptedSnapshot?.Last.Index >= index)
        {
            return true;
        }

        foreach (var task in _backlog)
        {
            if (task.Snapshot?.Last.Index >= index)
            {
                return true;
            }
        }

        return false;
    }

    private void Hand(Entry[] entries)
    {
        Invariant.Holds(Lane is not null && entries.Length > 0);
        var waiters = new PendingRequest?[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            if (entry.Kind == EntryKind.Command)
            {
                var origin = CommandEnvelope.OriginOf(entry.Payload.Span);
                if (origin.Store == _store.Options.Store && origin.Boot == _store.Options.Boot)
                {
                    waiters[i] = _proposals.TakeApplied(origin.Sequence, entry.Id);
                }
            }

            _proposals.Committed(entry.Id);
        }

        _backlogNext = entries[^1].Index + 1;
        _applyQueued += entries.Length;
        _store.ApplyWorker.Enqueue(new ApplyWork(Lane) { Entries = entries, Waiters = waiters });
    }

    private void HandReads(ApplyTask task)
    {
        foreach (var state in task.Reads)
        {
            if (!_reads.Remove(state.Ticket, out var requests))
            {
                continue;
            }

            if (state.Outcome != ReadOutcome.Confirmed)
            {
                var code = state.Outcome == ReadOutcome.TimedOut ? RaftErrorCode.TimedOut : RaftErrorCode.LeaderChanged;
                FailReads(requests, code, "leadership could not be confirmed for the read");
                continue;
            }

            foreach (var request in requests)
            {
                request.ReadIndex = state.Index;
            }

            Invariant.Holds(Lane is not null);
            _store.ApplyWorker.Enqueue(new ApplyWork(Lane) { Reads = requests });
        }
    }
}
