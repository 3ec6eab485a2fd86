using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Logs;

/// <summary>
/// Makes everything durable that a store must not forget: one batch of all groups, one write, one sync. While a sync is
/// under way the next batch forms, so group commit needs no timer.
/// </summary>
/// <remarks>
/// The order that safety rests on. 1. Tasks of a group come in order of their numbers, since one group worker enqueues
/// them. 2. A batch takes a prefix of the queue. 3. <see cref="ILogStorage.Append"/> returns when it is durable, or
/// throws and ends the store. 4. Only then the messages of the batch's tasks leave and their numbers are reported.
/// </remarks>
internal sealed class LogWriter : IWorker
{
    private readonly ILogStorage _storage;
    private readonly ITransport _transport;
    private readonly MonotonicClock _clock;
    private readonly long _queueBytesMax;
    private readonly TimeSpan _idleTick;

    private readonly Mailbox<LogItem> _mailbox = new();
    private readonly List<LogItem> _batch = [];
    private readonly List<PersistTask> _tasks = [];
    private readonly List<StoreRecord> _records = [];
    private readonly List<StoreRecord> _refused = [];
    private Instant _idleAt = Instant.Never;

    /// <summary>A writer with an empty queue.</summary>
    public LogWriter(StoreOptions options, ILogStorage storage, ITransport transport, MonotonicClock clock)
    {
        _storage = storage;
        _transport = transport;
        _clock = clock;
        _queueBytesMax = options.LogQueueBytesMax;
        _idleTick = options.HeartbeatInterval;
    }

    /// <inheritdoc/>
    public string Name => "log-writer";

    /// <summary>How many bytes of tasks may still be enqueued; 0 or less: none.</summary>
    public long RoomBytes => Math.Min(_queueBytesMax - _mailbox.Cost, _storage.BatchBytesMax / 2);

    /// <summary>Names the worker; before the start.</summary>
    public void Bind(IWorkerHandle handle) => _mailbox.Bind(handle);

    /// <summary>Group worker: a write of a replica, and the stores that its messages go to.</summary>
    public void Enqueue(ReplicaHost host, PersistTask task, IReadOnlyList<StoreId> targets) =>
        Post(new LogItem(host, task, targets, _storage.Cost(task)));

    /// <summary>Any worker: a record of the store, and who waits for it; null for nobody.</summary>
    public void Enqueue(StoreRecord record, IRecordWaiter? waiter) =>
        Post(new LogItem(record, waiter, _storage.Cost(record)));

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        _mailbox.TakeBatch(_batch, _storage.BatchBytesMax);
        if (_batch.Count == 0)
        {
            return MarkIdle();
        }

        Sort();
        if (_tasks.Count + _records.Count > 0)
        {
            _storage.Append(
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tasks),
                System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_records));
        }

        foreach (var item in _batch)
        {
            Finish(item);
        }

        _batch.Clear();
        _idleAt = _clock.Now.After(_idleTick);
        return _mailbox.IsEmpty ? _idleAt : Instant.Zero;
    }

    private void Sort()
    {
        _tasks.Clear();
        _records.Clear();
        _refused.Clear();
        var roomBytes = long.MinValue;
        foreach (var item in _batch)
        {
            if (item.Task is { NeedsWrite: true })
            {
                _tasks.Add(item.Task);
            }
            else if (item.Record is { Kind: StoreRecordKind.BootstrapMark or StoreRecordKind.ReplicaCreated })
            {
                // Asked once a batch: the log walks all of its groups to know.
                roomBytes = roomBytes == long.MinValue ? _storage.StateRoomBytes : roomBytes;
                roomBytes -= _storage.StateCost(item.Record);
                (roomBytes >= 0 ? _records : _refused).Add(item.Record);
            }
            else if (item.Record is not null)
            {
                _records.Add(item.Record);
            }
        }
    }

    private void Post(LogItem item) => _mailbox.Post(item, item.Cost);

    private void Finish(LogItem item)
    {
        if (item.Record is not null)
        {
            if (_refused.Exists(refused => ReferenceEquals(refused, item.Record)))
            {
                item.Waiter?.RecordRefused(
                    item.Record,
                    $"the log has no room for group {item.Record.Group}: what every segment repeats of all groups has "
                    + "reached its bound; larger segments allow more groups");
            }
            else
            {
                item.Waiter?.RecordDurable(item.Record);
            }

            return;
        }

        Invariant.Holds(item.Task is not null && item.Host is not null && item.Targets is not null);
        Invariant.Holds(item.Targets.Count == item.Task.AfterPersist.Count);
        for (var i = 0; i < item.Targets.Count; i++)
        {
            if (item.Targets[i].Value > 0)
            {
                _transport.Send(item.Targets[i], StoreMessage.Of(item.Task.AfterPersist[i]));
            }
        }

        item.Host.Mailbox.Complete(
            item.Host.Slot, item.Task.Number, static (slot, number) => slot.Persisted(number));
    }

    /// <summary>
    /// Idle for a tick: the last batch is marked as synced, so that damage to it is told from a torn tail.
    /// </summary>
    private Instant MarkIdle()
    {
        if (_idleAt == Instant.Never)
        {
            return Instant.Never;
        }

        if (_clock.Now < _idleAt)
        {
            return _idleAt;
        }

        _idleAt = Instant.Never;
        _storage.MarkIdle();
        return Instant.Never;
    }
}
