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

    // Bounded: a replica has one read outstanding for each peer and one for its machine.
    private readonly Mailbox<Wanted> _mailbox = new();
    private readonly List<Entry> _scratch = [];

    /// <summary>A reader with an empty queue.</summary>
    public LogReader(StoreOptions options, ILogStorage storage)
    {
        _storage = storage;
        _bytesMax = options.ReadBytesMax;
    }

    /// <inheritdoc/>
    public string Name => "log-reader";

    /// <summary>Names the worker; before the start.</summary>
    public void Bind(IWorkerHandle handle) => _mailbox.Bind(handle);

    /// <summary>Group worker: entries are wanted for a follower, or for the state machine (peer none).</summary>
    public void Enqueue(ReplicaHost host, ReplicaId peer, IndexRange range) =>
        _mailbox.Post(new Wanted(host, peer, range));

    /// <inheritdoc/>
    public Instant RunOnce()
    {
        if (!_mailbox.TryTake(out var wanted))
        {
            return Instant.Never;
        }

        _scratch.Clear();
        _storage.Read(wanted.Host.Group, wanted.Range, _bytesMax, _scratch);
        var read = new EntriesRead(wanted.Peer, wanted.Range, [.. _scratch]);
        wanted.Host.Mailbox.Complete(wanted.Host.Slot, read, static (slot, entries) => slot.Read(entries));
        return _mailbox.IsEmpty ? Instant.Never : Instant.Zero;
    }

    private readonly record struct Wanted(ReplicaHost Host, ReplicaId Peer, IndexRange Range);
}
