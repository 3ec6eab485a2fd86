using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>
/// Receives snapshots: a group one at a time, where a newer offer wins, and a store only so many. Of each sending
/// store's window every transfer has an equal share. What ends before it is complete leaves no file behind. Snapshot
/// worker only.
/// </summary>
internal sealed class SnapshotReceiver
{
    // Each was complete when the next one came; a state machine that takes so long is not sent more.
    private const int AcceptedMax = 4;

    private readonly StoreOptions _options;
    private readonly ISnapshotStorage _storage;
    private readonly TransferFrames _frames;
    private readonly MonotonicClock _clock;
    private readonly SnapshotRegister _register;
    private readonly TimeSpan _patience;
    private readonly SortedDictionary<GroupId, IncomingTransfer> _transfers = [];

    /// <summary>A receiver without transfers.</summary>
    public SnapshotReceiver(
        StoreOptions options,
        ISnapshotStorage storage,
        TransferFrames frames,
        MonotonicClock clock,
        SnapshotRegister register)
    {
        _options = options;
        _storage = storage;
        _frames = frames;
        _clock = clock;
        _register = register;
        // Longer than a sender's: that one may be reading another snapshot through before it sends on.
        _patience = options.ElectionTimeout * options.SnapshotStallElectionTimeouts * 2;
    }

    /// <summary>
    /// A sender's offer, bytes or end. Throws <see cref="StorageFullException"/> if there is no room; the transfer is
    /// over then.
    /// </summary>
    public void Take(StoreConnection from, ReplicaHost host, SnapshotFrame frame)
    {
        switch (frame.Kind)
        {
            case SnapshotFrameKind.Offer:
                TakeOffer(from, host, frame);
                break;
            case SnapshotFrameKind.Chunk when Find(from, frame) is { } transfer:
                TakeChunk(transfer, frame);
                break;
            case SnapshotFrameKind.Abort when Find(from, frame) is { } transfer:
                Drop(transfer);
                break;
            default:
                break;
        }
    }

    /// <summary>A frame of a sender is not taken: its transfer is over, and he is told why.</summary>
    public void Refuse(StoreConnection from, SnapshotFrame frame, string reason)
    {
        if (frame.Kind is not (SnapshotFrameKind.Offer or SnapshotFrameKind.Chunk))
        {
            return;
        }

        if (Find(from, frame) is { } transfer)
        {
            Drop(transfer);
        }

        _frames.Abort(from.Store, frame.Group, frame.Transfer, reason);
    }

    /// <summary>An answer to a sender found no stream.</summary>
    public void Unsent(StoreId to, SnapshotFrame frame)
    {
        if (_transfers.TryGetValue(frame.Group, out var transfer) && transfer.Number == frame.Transfer
            && transfer.From.Store == to)
        {
            Drop(transfer);
        }
    }

    /// <summary>A stream ended.</summary>
    public void PeerLost(StoreConnection connection)
    {
        foreach (var transfer in _transfers.Values.Where(transfer => transfer.From == connection).ToArray())
        {
            Drop(transfer);
        }
    }

    /// <summary>A group is gone.</summary>
    public void EndGroup(GroupId group, string reason)
    {
        if (_transfers.TryGetValue(group, out var transfer))
        {
            GiveUp(transfer, reason);
        }
    }

    /// <summary>Drops those whose sender has been silent for too long.</summary>
    public void Run()
    {
        // What the senders said was taken before: a pause of this store is not their silence.
        var now = _clock.Now;
        foreach (var transfer in _transfers.Values.Where(transfer => transfer.Due <= now).ToArray())
        {
            GiveUp(transfer, "its sender has been silent for too long");
        }
    }

    /// <summary>When time alone ends something.</summary>
    public Instant NextDue
    {
        get
        {
            var due = Instant.Never;
            foreach (var transfer in _transfers.Values)
            {
                due = Instant.Min(due, transfer.Due);
            }

            return due;
        }
    }

    /// <summary>No worker runs any more: what is open is closed, and nobody is told.</summary>
    public void End(Leftovers held)
    {
        foreach (var transfer in _transfers.Values)
        {
            held.Release(transfer.Sink);
        }

        _transfers.Clear();
    }

    private IncomingTransfer? Find(StoreConnection from, SnapshotFrame frame) =>
        _transfers.TryGetValue(frame.Group, out var transfer) && transfer.Number == frame.Transfer
            && transfer.From == from
            ? transfer
            : null;

    private void TakeOffer(StoreConnection from, ReplicaHost host, SnapshotFrame frame)
    {
        if (frame.Message?.Snapshot is not { } meta || frame.Message.To != host.Replica)
        {
            Refuse(from, frame, "the offer names no snapshot for this replica");
            return;
        }

        if (_transfers.TryGetValue(frame.Group, out var older))
        {
            GiveUp(older, "a newer offer took its place");
        }

        if (_register.IsHere(frame.Group, meta.Last))
        {
            // Complete, and it stays until the core has judged it once more.
            Complete(host, frame.Message);
            _frames.Done(from.Store, frame);
        }
        else if (ReasonAgainst(from, frame) is { } reason)
        {
            Refuse(from, frame, reason);
        }
        else
        {
            Begin(from, host, frame, frame.Message, meta);
        }
    }

    private string? ReasonAgainst(StoreConnection from, SnapshotFrame frame)
    {
        if (_register.CountAccepted(frame.Group) >= AcceptedMax)
        {
            return "earlier snapshots of the group wait for its state machine";
        }

        var fromStore = _transfers.Values.Count(transfer => transfer.From.Store == from.Store);
        return _transfers.Count >= _options.SnapshotReceivesMax || fromStore >= _options.SnapshotSendsPerStoreMax
            ? "the store receives as many snapshots as it may"
            : null;
    }

    private void Begin(
        StoreConnection from, ReplicaHost host, SnapshotFrame frame, Message message, SnapshotMeta meta)
    {
        ISnapshotSink sink;
        try
        {
            sink = _storage.Receive(frame.Group, frame.Manifest);
        }
        catch (StorageDamagedException exception)
        {
            Refuse(from, frame, exception.Message);
            return;
        }
        catch (StorageFullException exception)
        {
            Refuse(from, frame, exception.Message);
            throw;
        }

        var transfer = new IncomingTransfer(frame.Transfer, from, host, message, sink)
        {
            Due = _clock.Now.After(_patience),
        };
        _transfers.Add(frame.Group, transfer);
        if (!IsSame(sink.Meta, meta))
        {
            GiveUp(transfer, $"the offer's manifest describes {sink.Meta}, its message {meta}");
        }
        else if (sink.ExpectedFiles.Count == 0)
        {
            // Nothing will come: the manifest is all there is.
            TakePart(transfer, () => Finish(transfer, frame));
        }
        else
        {
            _frames.Credit(from.Store, frame, _options.SnapshotShareBytes);
        }
    }

    private void TakeChunk(IncomingTransfer transfer, SnapshotFrame frame) => TakePart(transfer, () =>
    {
        transfer.Due = _clock.Now.After(_patience);
        if (WriteBytes(transfer, frame))
        {
            Finish(transfer, frame);
        }
        else
        {
            _frames.Credit(transfer.From.Store, frame, frame.Bytes.Length);
        }
    });

    // A part that cannot be taken ends its transfer.
    private void TakePart(IncomingTransfer transfer, Action take)
    {
        try
        {
            take();
        }
        catch (StorageDamagedException exception)
        {
            GiveUp(transfer, exception.Message);
        }
        catch (StorageFullException exception)
        {
            GiveUp(transfer, exception.Message);
            throw;
        }
    }

    /// <summary>Writes a chunk behind what came before; returns whether it was the last one.</summary>
    private static bool WriteBytes(IncomingTransfer transfer, SnapshotFrame frame)
    {
        var files = transfer.Sink.ExpectedFiles;
        var isComplete = transfer.File < 0 || transfer.OffsetBytes == files[transfer.File].LengthBytes;
        if (isComplete && frame.File == transfer.File + 1 && frame.File < files.Count && frame.OffsetBytes == 0)
        {
            // Every file is announced by a chunk of its own, an empty one too.
            transfer.File++;
            transfer.OffsetBytes = 0;
            transfer.Sink.BeginFile(files[transfer.File].Name);
        }

        if (frame.File < 0 || frame.File != transfer.File || frame.OffsetBytes != transfer.OffsetBytes
            || frame.Bytes.Length > files[transfer.File].LengthBytes - transfer.OffsetBytes)
        {
            throw new StorageDamagedException(
                $"a chunk of {frame.Bytes.Length} bytes of file {frame.File} at {frame.OffsetBytes} came where file "
                + $"{transfer.File} at {transfer.OffsetBytes} goes on");
        }

        transfer.Sink.Write(frame.Bytes.Span);
        transfer.OffsetBytes += frame.Bytes.Length;
        return transfer.File == files.Count - 1 && transfer.OffsetBytes == files[^1].LengthBytes;
    }

    private void Finish(IncomingTransfer transfer, SnapshotFrame frame)
    {
        transfer.Sink.Commit();
        Drop(transfer);
        Complete(transfer.Host, transfer.Message);
        _frames.Done(transfer.From.Store, frame);
    }

    /// <summary>The snapshot is complete and durable in its files: its core message may be stepped.</summary>
    private void Complete(ReplicaHost host, Message message)
    {
        Invariant.Holds(message.Snapshot is not null);
        _register.Received(host.Group, message.Snapshot.Last);
        host.Mailbox.Complete(host.Slot, message, static (slot, received) => slot.SnapshotReceived(received));
    }

    private void GiveUp(IncomingTransfer transfer, string reason)
    {
        Drop(transfer);
        _frames.Abort(transfer.From.Store, transfer.Host.Group, transfer.Number, reason);
    }

    private void Drop(IncomingTransfer transfer)
    {
        _transfers.Remove(transfer.Host.Group);
        transfer.Sink.Dispose();
    }

    private static bool IsSame(SnapshotMeta left, SnapshotMeta right) =>
        left.Last == right.Last
        && left.TimeTicks == right.TimeTicks
        && left.Configuration.Index == right.Configuration.Index
        && left.Configuration.Configuration.SameAs(right.Configuration.Configuration);
}
