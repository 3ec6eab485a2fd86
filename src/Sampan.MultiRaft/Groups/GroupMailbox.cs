using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Doors;

namespace Sampan.MultiRaft.Groups;

/// <summary>
/// What waits for a group worker, in three admission classes. Requests of doors are bounded in number and bytes over
/// the whole store, until they are answered, and refused as busy (<see cref="OpenRequests"/>). Peers' messages are
/// bounded in bytes for each peer and dropped. Completions of the store's own workers are merged into a slot of their
/// replica: they need no room, cannot fail and cannot block, so the way back never dead-locks with the way in.
/// </summary>
internal sealed class GroupMailbox
{
    private readonly StoreOptions _options;
    private readonly ICompletionQueue _completions;
    private readonly OpenRequests _open;

    // Guards everything below; a leaf: nothing is called while it is held.
    private readonly Lock _gate = new();
    private readonly Dictionary<StoreId, long> _peerBytes = [];
    private List<PendingRequest> _requests = [];
    private List<PeerInput> _messages = [];
    private List<StoreConnection> _lost = [];
    private List<Unreachable> _unreachable = [];
    private List<CompletionSlot> _ready = [];
    private List<StoreRecord> _durableRecords = [];
    private List<(StoreRecord Record, string Reason)> _refusedRecords = [];
    private long _droppedMessages;
    private bool _closed;
    private IWorkerHandle? _handle;

    /// <summary>An empty mailbox.</summary>
    public GroupMailbox(StoreOptions options, ICompletionQueue completions, OpenRequests open)
    {
        _options = options;
        _open = open;
        _completions = completions;
    }

    /// <summary>Messages of peers that were dropped for want of room.</summary>
    public long DroppedMessages => Interlocked.Read(ref _droppedMessages);

    /// <summary>Names the worker that reads it; before the start.</summary>
    public void Bind(IWorkerHandle handle) => _handle = handle;

    /// <summary>Doors: hands a request over, or refuses it.</summary>
    public void Post(PendingRequest request)
    {
        if (_open.TryAdd(request) is { } refusal)
        {
            request.Fail(refusal.Code, refusal.Outcome, refusal.Message, _completions);
            return;
        }

        // Guards the lists; a leaf.
        lock (_gate)
        {
            _requests.Add(request);
        }

        _handle?.Wake();
    }

    /// <summary>
    /// Transport: a message arrived; false, and dropped, if its sender's bound is reached. Answers to forwarded
    /// proposals are always taken: they are bounded by the proposals that wait for them, and nothing else would end
    /// those.
    /// </summary>
    public bool Receive(StoreConnection from, StoreMessage message, long bytes)
    {
        // Guards the lists; a leaf.
        lock (_gate)
        {
            _peerBytes.TryGetValue(from.Store, out var waiting);
            var isBound = message.Kind != StoreMessageKind.ForwardAnswer
                && waiting > 0 && waiting + bytes > _options.PeerBytesMax;
            if (_closed || isBound)
            {
                _droppedMessages++;
                return false;
            }

            _peerBytes[from.Store] = waiting + bytes;
            _messages.Add(new PeerInput(from, message));
        }

        _handle?.Wake();
        return true;
    }

    /// <summary>Transport: a stream ended.</summary>
    public void PeerLost(StoreConnection connection)
    {
        // Guards the lists; a leaf.
        lock (_gate)
        {
            // Streams end at most as often as they are opened, and each is named once: bounded by the transport.
            _lost.Add(connection);
        }

        _handle?.Wake();
    }

    /// <summary>Transport: appends of a group to a store were dropped.</summary>
    public void PeerUnreachable(StoreId store, GroupId group)
    {
        var report = new Unreachable(store, group);
        // Guards the lists; a leaf.
        lock (_gate)
        {
            if (_unreachable.Contains(report))
            {
                return;
            }

            _unreachable.Add(report);
        }

        _handle?.Wake();
    }

    /// <summary>Log writer: a record of the store is durable.</summary>
    public void RecordDurable(StoreRecord record)
    {
        if (_handle is { IsDeferred: true })
        {
            Defer(_handle, record);
        }
        else
        {
            Put(record);
        }
    }

    /// <summary>Log writer: a record was not written, for want of room.</summary>
    public void RecordRefused(StoreRecord record, string reason)
    {
        if (_handle is { IsDeferred: true })
        {
            Defer(_handle, record, reason);
        }
        else
        {
            Put(record, reason);
        }
    }

    /// <summary>Other workers: merges a completion into a replica's slot.</summary>
    public void Complete<T>(CompletionSlot slot, T value, Action<CompletionSlot, T> merge)
    {
        if (_handle is { IsDeferred: true })
        {
            Defer(_handle, slot, value, merge);
        }
        else
        {
            Merge(slot, value, merge);
        }
    }

    /// <summary>The worker: takes all that waits, leaving the lists of <paramref name="into"/> in exchange.</summary>
    public void Drain(DrainedMail into)
    {
        into.Clear();
        // Guards the lists; a leaf.
        lock (_gate)
        {
            (_requests, into.Requests) = (into.Requests, _requests);
            (_messages, into.Messages) = (into.Messages, _messages);
            (_lost, into.Lost) = (into.Lost, _lost);
            (_unreachable, into.Unreachable) = (into.Unreachable, _unreachable);
            (_durableRecords, into.DurableRecords) = (into.DurableRecords, _durableRecords);
            (_refusedRecords, into.RefusedRecords) = (into.RefusedRecords, _refusedRecords);
            _peerBytes.Clear();
            foreach (var slot in _ready)
            {
                slot.IsReady = false;
                into.Completions.Add(slot.Take());
            }

            _ready.Clear();
        }
    }

    /// <summary>Whether something waits.</summary>
    public bool HasMail
    {
        get
        {
            // Guards the lists; a leaf.
            lock (_gate)
            {
                return _requests.Count + _messages.Count + _lost.Count + _unreachable.Count + _ready.Count
                    + _durableRecords.Count + _refusedRecords.Count > 0;
            }
        }
    }

    /// <summary>
    /// No worker reads it any more: messages are not taken, and whoever waits is answered by the list of open requests.
    /// </summary>
    public void Close()
    {
        // Guards the lists; a leaf.
        lock (_gate)
        {
            _closed = true;
            _requests = [];
            _messages = [];
        }
    }

    private void Defer(IWorkerHandle handle, StoreRecord record) => handle.Deliver(() => Put(record));

    private void Defer(IWorkerHandle handle, StoreRecord record, string reason) =>
        handle.Deliver(() => Put(record, reason));

    private void Put(StoreRecord record, string reason)
    {
        // Guards the lists; a leaf.
        lock (_gate)
        {
            // Each answers a record that this worker sent: bounded by those.
            _refusedRecords.Add((record, reason));
        }

        _handle?.Wake();
    }

    private void Put(StoreRecord record)
    {
        // Guards the lists; a leaf.
        lock (_gate)
        {
            // Each record answers one that this worker or the peer table sent: bounded by those.
            _durableRecords.Add(record);
        }

        _handle?.Wake();
    }

    private void Defer<T>(IWorkerHandle handle, CompletionSlot slot, T value, Action<CompletionSlot, T> merge) =>
        handle.Deliver(() => Merge(slot, value, merge));

    private void Merge<T>(CompletionSlot slot, T value, Action<CompletionSlot, T> merge)
    {
        // Guards the lists; a leaf.
        lock (_gate)
        {
            merge(slot, value);
            if (!slot.IsReady)
            {
                slot.IsReady = true;
                _ready.Add(slot);
            }
        }

        _handle?.Wake();
    }
}
