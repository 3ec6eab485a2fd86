using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Groups;
using Sampan.MultiRaft.Logs;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// Writes frozen states as snapshots, sends snapshots and receives them, a part at a time. Its disk may be slow without
/// anybody else waiting. This file holds the mailbox and the taking, Sending and Receiving the rest.
/// </summary>
internal sealed partial class SnapshotWorker : IWorker, IRecordWaiter
{
    private const string Removed = "the store's replica of the group was removed";

    private readonly StoreOptions _options;
    private readonly ISnapshotStorage _storage;
    private readonly ITransport _transport;
    private readonly ICompletionQueue _completions;
    private readonly LogWriter _logWriter;
    private readonly SnapshotRegister _register = new();

    // Bounded: one take a group, one transfer each way a replica, frames by credit.
    private readonly Mailbox<Mail> _mailbox = new();
    private readonly List<Mail> _taken = [];

    private readonly Queue<SnapshotJob> _jobs = new();
    private readonly SortedDictionary<ulong, OutgoingTransfer> _outgoing = [];
    private readonly SortedDictionary<GroupId, IncomingTransfer> _incoming = [];
    private ulong _lastTransfer;
    private readonly Dictionary<(GroupId Group, LogId Last), SnapshotJob> _marking = [];
    private readonly List<(GroupId Group, LogId Last)> _superseded = [];
    private readonly List<ApplyLane> _toRetry = [];
    private readonly MonotonicClock _clock;
    private volatile bool _isOutOfSpace;
    private Instant _retryAt = Instant.Never;
    private ApplyWorker? _applyWorker;

    /// <summary>A worker without work.</summary>
    public SnapshotWorker(
        StoreOptions options,
        ISnapshotStorage storage,
        ITransport transport,
        ICompletionQueue completions,
        LogWriter logWriter,
        MonotonicClock clock)
    {
        _clock = clock;
        _options = options;
        _storage = storage;
        _transport = transport;
        _completions = completions;
        _logWriter = logWriter;
    }

    /// <inheritdoc/>
    public string Name => "snapshot-worker";

    /// <summary>
    /// Whether the last snapshot failed for want of space: proposals are refused meanwhile. It is tried again from time
    /// to time, and the first one that succeeds clears it. Any thread.
    /// </summary>
    public bool IsOutOfSpace => _isOutOfSpace;

    /// <summary>Names the worker, and the one that freezes states; before the start.</summary>
    public void Bind(IWorkerHandle handle, ApplyWorker applyWorker)
    {
        _mailbox.Bind(handle);
        _applyWorker = applyWorker;
    }

    /// <summary>At start: this snapshot of a group is on disk and marked.</summary>
    public void Found(GroupId group, LogId last) => _register.Keep(group, last);

    /// <summary>Apply worker: writes a frozen state.</summary>
    public void Take(ApplyLane lane, ISnapshotWriter writer, SnapshotMeta meta, PendingRequest? request) =>
        _mailbox.Post(new Mail(() => Begin(new SnapshotJob(lane, writer, meta, request)), writer));

    /// <summary>Group worker: the core wants a snapshot sent.</summary>
    public void Send(ReplicaHost host, StoreId to, Message message) => Post(() => BeginSend(host, to, message));

    /// <summary>Group worker: a received snapshot was accepted by the core and is being marked.</summary>
    public void Accepted(GroupId group, LogId last) =>
        Post(() => _superseded.AddRange(_register.Keep(group, last).Select(older => (group, older))));

    /// <summary>Group worker: a group's received snapshot is marked durably, so those before it may go.</summary>
    public void Installed(GroupId group) => Post(() => DeleteSuperseded(group));

    /// <summary>Group worker: a received snapshot is of no use.</summary>
    public void Discard(ReplicaHost host, SnapshotMeta meta) => Post(() =>
    {
        if (!_register.IsKept(host.Group, meta.Last))
        {
            _storage.Delete(host.Group, meta.Last);
        }
    });

    /// <summary>
    /// Group worker: writes the tombstone of a replica that has stopped, behind everything that this worker writes of
    /// it: a mark of a snapshot behind its tombstone would be of nobody, and no start would take it.
    /// </summary>
    public void Bury(ReplicaHost host, StoreRecord tombstone, IRecordWaiter waiter) => Post(() =>
    {
        host.IsBuried = true;
        EndWork(host.Group);
        _logWriter.Enqueue(tombstone, waiter);
    });

    /// <summary>
    /// Group worker: this store's replica of a group is gone, durably. What a later replica of it takes is posted after
    /// this, and stays.
    /// </summary>
    public void Forget(GroupId group) => Post(() => DeleteGroup(group));

    /// <summary>Transport: a part of a transfer arrived for a replica of this store.</summary>
    public void Receive(StoreConnection from, ReplicaHost host, SnapshotFrame frame) =>
        Post(() => TakeFrame(from, host, frame));

    /// <summary>Transport: a stream ended.</summary>
    public void PeerLost(StoreConnection connection) => Post(() => DropTransfers(connection));

    /// <inheritdoc/>
    public void RecordDurable(StoreRecord record) => Post(() => Marked(record));

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        _mailbox.TakeAll(_taken);
        for (var i = 0; i < _taken.Count; i++)
        {
            var action = _taken[i].Action;
            // Whatever it holds is the action's from here on, should it throw.
            _taken[i] = default;
            action();
        }

        _taken.Clear();
        WriteNextPart();
        RetryWhenDue();
        var sends = SendNextParts();
        return _jobs.Count > 0 || sends ? Instant.Zero : _retryAt;
    }

    private void Post(Action action) => _mailbox.Post(new Mail(action, null));

    private void Begin(SnapshotJob job)
    {
        if (job.Lane.Host.IsBuried)
        {
            Drop(job, RaftErrorCode.UnknownGroup, Removed);
        }
        else
        {
            _jobs.Enqueue(job);
        }
    }

    private void WriteNextPart()
    {
        if (!_jobs.TryPeek(out var job))
        {
            return;
        }

        try
        {
            job.Sink ??= _storage.Create(job.Lane.Host.Group, job.Meta);
            if (job.Writer.WriteNext(job.Sink))
            {
                return;
            }

            job.Sink.Commit();
            job.LengthBytes = job.Sink.LengthBytes;
            job.Sink.Dispose();
            _isOutOfSpace = false;
            _jobs.Dequeue();
            job.Writer.Dispose();
            _marking[(job.Lane.Host.Group, job.Meta.Last)] = job;
            _logWriter.Enqueue(
                new StoreRecord
                {
                    Kind = StoreRecordKind.SnapshotMark,
                    Group = job.Lane.Host.Group,
                    Snapshot = job.Meta,
                },
                this);
        }
        catch (StorageFullException exception)
        {
            // A full disk ends this snapshot, nothing else; the log goes on until the next one succeeds.
            _isOutOfSpace = true;
            _jobs.Dequeue();
            job.Sink?.Dispose();
            job.Writer.Dispose();
            job.Request?.Fail(
                RaftErrorCode.NoSpace, RequestOutcome.NotApplied, exception.Message, _completions);
            _applyWorker?.Enqueue(new ApplyWork(job.Lane) { SnapshotEnd = SnapshotEnd.Failed });
            _toRetry.Add(job.Lane);
            _retryAt = _clock.Now.After(_options.ElectionTimeout * 5);
        }
    }

    private void RetryWhenDue()
    {
        if (_clock.Now < _retryAt)
        {
            return;
        }

        _retryAt = Instant.Never;
        if (_toRetry.Count == 0)
        {
            // Only a received snapshot found no room; its sender tries again by itself.
            _isOutOfSpace = false;
        }

        foreach (var lane in _toRetry)
        {
            _applyWorker?.Enqueue(new ApplyWork(lane) { SnapshotEnd = SnapshotEnd.TryAgain });
        }

        _toRetry.Clear();
    }

    private void Marked(StoreRecord record)
    {
        Invariant.Holds(record.Snapshot is not null);
        if (!_marking.Remove((record.Group, record.Snapshot.Last), out var job))
        {
            return;
        }

        foreach (var older in _register.Keep(record.Group, record.Snapshot.Last))
        {
            _superseded.Add((record.Group, older));
        }

        DeleteSuperseded(record.Group);

        job.Lane.Host.Mailbox.Complete(
            job.Lane.Host.Slot, job.Meta, static (slot, meta) => slot.SnapshotTaken(meta));
        _applyWorker?.Enqueue(new ApplyWork(job.Lane)
        {
            SnapshotEnd = SnapshotEnd.Succeeded,
            SnapshotBytes = job.LengthBytes,
        });
        job.Request?.Settle(_completions);
    }

    private void DeleteSuperseded(GroupId group)
    {
        for (var i = _superseded.Count - 1; i >= 0; i--)
        {
            if (_superseded[i].Group == group)
            {
                _storage.Delete(group, _superseded[i].Last);
                _superseded.RemoveAt(i);
            }
        }
    }

    private void DeleteGroup(GroupId group)
    {
        EndWork(group);
        _superseded.RemoveAll(superseded => superseded.Group == group);
        _register.Forget(group);
        _storage.DeleteAll(group);
    }

    private void EndWork(GroupId group)
    {
        for (var left = _jobs.Count; left > 0; left--)
        {
            var job = _jobs.Dequeue();
            if (job.Lane.Host.Group == group)
            {
                Drop(job, RaftErrorCode.UnknownGroup, Removed);
            }
            else
            {
                _jobs.Enqueue(job);
            }
        }

        foreach (var (key, job) in _marking.Where(pair => pair.Key.Group == group).ToArray())
        {
            _marking.Remove(key);
            Drop(job, RaftErrorCode.UnknownGroup, Removed);
        }

        foreach (var transfer in _outgoing.Values.Where(transfer => transfer.Host.Group == group).ToArray())
        {
            EndSend(transfer, succeeded: false);
        }

        if (_incoming.Remove(group, out var incoming))
        {
            incoming.Sink.Dispose();
            Answer(incoming.From.Store, group, incoming.Number, SnapshotFrameKind.Abort, Removed);
        }

        _toRetry.RemoveAll(lane => lane.Host.Group == group);
    }

    private void Drop(SnapshotJob job, RaftErrorCode code, string reason)
    {
        job.Sink?.Dispose();
        job.Writer.Dispose();
        job.Request?.Fail(code, RequestOutcome.Unknown, reason, _completions);
    }

    /// <summary>Something to do, and the frozen state that it is to take over.</summary>
    private readonly record struct Mail(Action Action, ISnapshotWriter? Frozen);
}
