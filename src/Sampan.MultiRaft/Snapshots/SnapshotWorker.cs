using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Applying;
using Sampan.MultiRaft.Doors;
using Sampan.MultiRaft.Groups;
using Sampan.MultiRaft.Logs;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// Writes frozen states as snapshots, a part at a time, and lets snapshots be sent and received. Its disk may be slow
/// without anybody else waiting.
/// </summary>
internal sealed class SnapshotWorker : IWorker, IRecordWaiter
{
    private const string Removed = "the store's replica of the group was removed";

    private readonly ISnapshotStorage _storage;
    private readonly ICompletionQueue _completions;
    private readonly LogWriter _logWriter;
    private readonly MonotonicClock _clock;
    private readonly SnapshotRegister _register = new();
    private readonly FullDisk _disk;
    private readonly SnapshotSender _sender;
    private readonly SnapshotReceiver _receiver;

    // Bounded: one take a group, one transfer each way a replica, frames by credit.
    private readonly Mailbox<Mail> _mailbox = new();
    private readonly List<Mail> _taken = [];

    private readonly Queue<SnapshotJob> _jobs = new();

    // Written, and not marked in the log yet.
    private readonly Dictionary<(GroupId Group, LogId Last), SnapshotJob> _marking = [];
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
        _storage = storage;
        _completions = completions;
        _logWriter = logWriter;
        _disk = new FullDisk(options.ElectionTimeout * 5);
        var frames = new TransferFrames(transport);
        _sender = new SnapshotSender(options, storage, frames, clock);
        _receiver = new SnapshotReceiver(options, storage, frames, clock, _register);
    }

    /// <inheritdoc/>
    public string Name => "snapshot-worker";

    /// <summary>
    /// Whether the last snapshot failed for want of space: proposals are refused meanwhile. It is tried again from time
    /// to time; it ends with the first one that succeeds, or when nobody needs one any more. Any thread.
    /// </summary>
    public bool IsOutOfSpace => _disk.IsFull;

    /// <summary>Names the worker, and the one that freezes states; before the start.</summary>
    public void Bind(IWorkerHandle handle, ApplyWorker applyWorker)
    {
        _mailbox.Bind(handle);
        _applyWorker = applyWorker;
    }

    /// <summary>At start: this snapshot of a group is on disk and marked.</summary>
    public void Found(GroupId group, LogId last) => _register.Found(group, last);

    /// <summary>Apply worker: writes a frozen state.</summary>
    public void Take(SnapshotJob job) => _mailbox.Post(new Mail(() => Begin(job), job.Writer));

    /// <summary>Apply worker: a group needs no snapshot now, though one found no room before.</summary>
    public void NeedsNone(ApplyLane lane) => Post(() => _disk.Forget(lane));

    /// <summary>Apply worker: a received snapshot is with the state machine.</summary>
    public void Installed(GroupId group, LogId last) => Post(() => Delete(group, _register.Installed(group, last)));

    /// <summary>Group worker: the core wants a snapshot sent.</summary>
    public void Send(ReplicaHost host, StoreId to, Message message) => Post(() => _sender.Begin(host, to, message));

    /// <summary>Group worker: the core no longer waits for a snapshot that it wanted sent.</summary>
    public void Cancel(ReplicaHost host, Message message) => Post(() => _sender.Cancel(host, message));

    /// <summary>Group worker: a received snapshot was accepted by the core and will be installed.</summary>
    public void Accepted(GroupId group, LogId last) => Post(() => _register.Accepted(group, last));

    /// <summary>Group worker: a received snapshot is of no use.</summary>
    public void Discard(GroupId group, LogId last) => Post(() =>
    {
        if (_register.Refused(group, last))
        {
            _storage.Delete(group, last);
        }
    });

    /// <summary>
    /// Group worker: a snapshot that was written is not marked, because a newer one was accepted meanwhile, or because
    /// the group has failed, as <paramref name="failure"/> says.
    /// </summary>
    public void Overtaken(GroupId group, LogId last, string? failure) => Post(() => EndUnmarked(group, last, failure));

    /// <summary>
    /// Group worker: writes the tombstone of a replica that has stopped, behind everything that it wrote.
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

    /// <summary>Group worker: a part of a transfer arrived for a replica of this store.</summary>
    public void Receive(StoreConnection from, ReplicaHost host, SnapshotFrame frame) =>
        Post(() => TakeFrame(from, host, frame));

    /// <summary>Any thread: a part of a transfer arrived, and cannot be taken; its sender is told.</summary>
    public void Refuse(StoreConnection from, SnapshotFrame frame, string reason) =>
        Post(() => _receiver.Refuse(from, frame, reason));

    /// <summary>Transport: a part of a transfer found no stream.</summary>
    public void Unsent(StoreId to, SnapshotFrame frame) => Post(() =>
    {
        if (frame.Kind is SnapshotFrameKind.Offer or SnapshotFrameKind.Chunk)
        {
            _sender.Unsent(to, frame);
        }
        else
        {
            _receiver.Unsent(to, frame);
        }
    });

    /// <summary>Group worker: a stream ended.</summary>
    public void PeerLost(StoreConnection connection) => Post(() =>
    {
        _sender.PeerLost(connection);
        _receiver.PeerLost(connection);
    });

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
        foreach (var lane in _disk.TakeDue(_clock.Now))
        {
            _applyWorker?.Enqueue(new ApplyWork(lane) { SnapshotEnd = SnapshotEnd.TryAgain });
        }

        _receiver.Run();
        var sends = _sender.Run();
        return _jobs.Count > 0 || sends
            ? Instant.Zero
            : Instant.Min(_disk.RetryAt, Instant.Min(_sender.NextDue, _receiver.NextDue));
    }

    /// <summary>
    /// No worker runs any more: what files and frozen states are still held is released. Requests are not answered here
    /// (the list of open ones does that, before): a disk that failed may refuse what is done now, each time, and
    /// <paramref name="remark"/> is told.
    /// </summary>
    public void End(Action<string> remark)
    {
        var held = new Leftovers(remark);
        foreach (var job in _jobs.Concat(_marking.Values).Where(job => !job.IsWritten))
        {
            held.Release(job.Sink);
            held.Release(job.Writer);
        }

        _sender.End(held);
        _receiver.End(held);
        _mailbox.TakeAll(_taken);
        foreach (var mail in _taken)
        {
            held.Release(mail.Frozen);
        }

        _jobs.Clear();
        _marking.Clear();
        _taken.Clear();
    }

    private void Post(Action action) => _mailbox.Post(new Mail(action, null));

    private void Begin(SnapshotJob job)
    {
        if (job.Lane.Host.IsBuried)
        {
            _disk.Forget(job.Lane);
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
            job.Sink ??= new GuardedSink(_storage.Create(job.Lane.Host.Group, job.Meta));
            var hasMore = false;
            var thrown = MachineCall.Try(job, written => hasMore = written.Writer.WriteNext(job.Sink));
            job.Sink.Fault.ThrowIfAny();
            if (thrown is not null)
            {
                _jobs.Dequeue();
                Fail(job.Lane, $"the state machine threw when it wrote a snapshot: {thrown.Message}");
                Drop(job, RaftErrorCode.Poisoned, thrown.Message);
            }
            else if (!hasMore)
            {
                job.Sink.Commit();
                _jobs.Dequeue();
                Written(job);
            }
        }
        catch (StorageFullException exception)
        {
            // A full disk ends this snapshot, nothing else; the log goes on until the next one succeeds.
            _jobs.Dequeue();
            _disk.Met(_clock.Now, job.Lane);
            Drop(job, RaftErrorCode.NoSpace, exception.Message);
            _applyWorker?.Enqueue(new ApplyWork(job.Lane) { SnapshotEnd = SnapshotEnd.Failed });
        }
    }

    // Its group worker decides whether it is marked: in the log the mark stands in order with those of received ones.
    private void Written(SnapshotJob job)
    {
        Invariant.Holds(job.Sink is not null);
        job.IsWritten = true;
        job.LengthBytes = job.Sink.LengthBytes;
        job.Sink.Dispose();
        _disk.Overcame(job.Lane);
        DisposeWriter(job);
        _register.Written(job.Lane.Host.Group, job.Meta.Last);
        _marking[(job.Lane.Host.Group, job.Meta.Last)] = job;
        job.Lane.Host.Mailbox.Complete(
            job.Lane.Host.Slot, job.Meta, static (slot, meta) => slot.SnapshotWritten(meta));
    }

    private void Marked(StoreRecord record)
    {
        Invariant.Holds(record.Snapshot is not null);
        if (!_marking.Remove((record.Group, record.Snapshot.Last), out var job))
        {
            return;
        }

        Delete(record.Group, _register.Marked(record.Group, record.Snapshot.Last));
        job.Lane.Host.Mailbox.Complete(
            job.Lane.Host.Slot, job.Meta, static (slot, meta) => slot.SnapshotTaken(meta));
        Succeeded(job);
    }

    private void EndUnmarked(GroupId group, LogId last, string? failure)
    {
        if (!_marking.Remove((group, last), out var job))
        {
            return;
        }

        if (_register.Overtaken(group, last))
        {
            _storage.Delete(group, last);
        }

        if (failure is null)
        {
            Succeeded(job);
        }
        else
        {
            Drop(job, RaftErrorCode.Poisoned, failure);
        }
    }

    private void Succeeded(SnapshotJob job)
    {
        _applyWorker?.Enqueue(new ApplyWork(job.Lane)
        {
            SnapshotEnd = SnapshotEnd.Succeeded,
            SnapshotIndex = job.Meta.Last.Index,
            SnapshotBytes = job.LengthBytes,
        });
        foreach (var request in job.Requests)
        {
            request.Settle(_completions);
        }
    }

    private void TakeFrame(StoreConnection from, ReplicaHost host, SnapshotFrame frame)
    {
        // Whose transfer it ends, the number and the store say; to the other part it says nothing.
        if (frame.Kind is SnapshotFrameKind.Credit or SnapshotFrameKind.Done or SnapshotFrameKind.Abort)
        {
            _sender.Take(from, frame);
        }

        if (_disk.IsFull && frame.Kind == SnapshotFrameKind.Offer)
        {
            _receiver.Refuse(from, frame, "the disk is full");
            return;
        }

        try
        {
            _receiver.Take(from, host, frame);
        }
        catch (StorageFullException)
        {
            // Its sender was told, and tries again.
            _disk.Met(_clock.Now);
        }
    }

    private void Delete(GroupId group, IReadOnlyList<LogId> unneeded)
    {
        foreach (var last in unneeded)
        {
            _storage.Delete(group, last);
        }
    }

    private void DeleteGroup(GroupId group)
    {
        EndWork(group);
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

        _disk.Forget(group);
        _sender.EndGroup(group);
        _receiver.EndGroup(group, Removed);
    }

    private void Fail(ApplyLane lane, string reason) =>
        _applyWorker?.Enqueue(new ApplyWork(lane) { Failure = reason });

    private void DisposeWriter(SnapshotJob job)
    {
        if (MachineCall.Try(job.Writer, static writer => writer.Dispose()) is { } thrown)
        {
            Fail(job.Lane, $"the state machine threw when it let go of a frozen state: {thrown.Message}");
        }
    }

    private void Drop(SnapshotJob job, RaftErrorCode code, string reason)
    {
        if (!job.IsWritten)
        {
            job.Sink?.Dispose();
            DisposeWriter(job);
        }

        var outcome = code is RaftErrorCode.NoSpace or RaftErrorCode.Poisoned
            ? RequestOutcome.NotApplied
            : RequestOutcome.Unknown;
        foreach (var request in job.Requests)
        {
            request.Fail(code, outcome, reason, _completions);
        }
    }

    /// <summary>Something to do, and the frozen state that it is to take over.</summary>
    private readonly record struct Mail(Action Action, ISnapshotWriter? Frozen);
}
