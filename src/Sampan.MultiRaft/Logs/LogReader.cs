using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Logs;

/// <summary>Reads entries that are no longer in memory, so that no group worker ever waits for a disk read.</summary>
internal sealed class LogReader : IWorker
{
    private readonly ILogStorage _storage;
    private readonly int _bytesMax;

    // Guards the queue; a leaf. Bounded: a replica has one read outstanding for each peer and one for its machine.
    private readonly Lock _gate = new();
    private readonly Queue<Wanted> _queue = new();
    private readonly List<Entry> _scratch = [];
    private IWorkerHandle? _handle;

    /// <summary>A reader with an empty queue.</summary>
    public LogReader(StoreOptions options, ILogStorage storage)
    {
        _storage = storage;
        _bytesMax = options.ReadBytesMax;
    }

    /// <inheritdoc/>
    public string Name => "log-reader";

    /// <summary>Names the worker; before the start.</summary>
    public void Bind(IWorkerHandle handle) => _handle = handle;

    /// <summary>Group worker: entries are wanted for a follower, or for the state machine (peer none).</summary>
    public void Enqueue(ReplicaHost host, ReplicaId peer, IndexRange range)
    {
        lock (_gate)
        {
            _queue.Enqueue(new Wanted(host, peer, range));
        }

        _handle?.Wake();
    }

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        Wanted wanted;
        bool more;
        lock (_gate)
        {
            if (!_queue.TryDequeue(out wanted))
            {
                return Instant.Never;
            }

            more = _queue.Count > 0;
        }

        _scratch.Clear();
        _storage.Read(wanted.Host.Group, wanted.Range, _bytesMax, _scratch);
        var read = new EntriesRead(wanted.Peer, wanted.Range, [.. _scratch]);
        wanted.Host.Mailbox.Complete(wanted.Host.Slot, read, static (slot, entries) => slot.Read(entries));
        return more ? Instant.Zero : Instant.Never;
    }

    private readonly record struct Wanted(ReplicaHost Host, ReplicaId Peer, IndexRange Range);
}
