using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Snapshots;

/// <content>
/// Receiving, and the frames of both directions. A group receives one snapshot at a time: a newer offer wins.
/// </content>
internal sealed partial class SnapshotWorker
{
    private const int ChunkBytesMax = 192 * 1024;

    private void TakeFrame(StoreConnection from, ReplicaHost host, SnapshotFrame frame)
    {
        switch (frame.Kind)
        {
            case SnapshotFrameKind.Offer:
                TakeOffer(from, host, frame);
                break;
            case SnapshotFrameKind.Chunk:
                TakeChunk(from, frame);
                break;
            case SnapshotFrameKind.Credit when _outgoing.TryGetValue(frame.Transfer, out var credited)
                && credited.To == from.Store:
                credited.CreditBytes += frame.CreditBytes;
                break;
            case SnapshotFrameKind.Done when _outgoing.TryGetValue(frame.Transfer, out var done)
                && done.To == from.Store:
                EndSend(done, succeeded: true);
                break;
            case SnapshotFrameKind.Abort:
                TakeAbort(from, frame);
                break;
            default:
                break;
        }
    }

    private void TakeOffer(StoreConnection from, ReplicaHost host, SnapshotFrame frame)
    {
        if (frame.Message?.Snapshot is not { } meta || frame.Message.To != host.Replica)
        {
            Answer(from.Store, frame, SnapshotFrameKind.Abort, "the offer names no snapshot for this replica");
            return;
        }

        if (_incoming.Remove(frame.Group, out var older))
        {
            older.Sink.Dispose();
        }

        if (_register.IsKept(frame.Group, meta.Last))
        {
            // It is here already, complete and marked.
            Complete(host, frame.Message);
            Answer(from.Store, frame, SnapshotFrameKind.Done);
            return;
        }

        try
        {
            var sink = _storage.Receive(frame.Group, frame.Manifest);
            var transfer = new IncomingTransfer(frame.Transfer, from, host, frame.Message, sink);
            _incoming.Add(frame.Group, transfer);
            if (!IsSame(sink.Meta, meta))
            {
                GiveUp(transfer, frame, $"the offer's manifest describes {sink.Meta}, its message {meta}");
            }
            else if (sink.ExpectedFiles.Count == 0)
            {
                // Nothing will come: the manifest is all there is.
                Finish(transfer, frame);
            }
            else
            {
                Grant(from.Store, frame, _options.SnapshotWindowBytes);
            }
        }
        catch (StorageDamagedException exception)
        {
            Decline(from, frame, exception.Message);
        }
        catch (StorageFullException exception)
        {
            _isOutOfSpace = true;
            _retryAt = _clock.Now.After(_options.ElectionTimeout * 5);
            Decline(from, frame, exception.Message);
        }
    }

    private void TakeChunk(StoreConnection from, SnapshotFrame frame)
    {
        if (!_incoming.TryGetValue(frame.Group, out var transfer) || transfer.Number != frame.Transfer
            || transfer.From != from)
        {
            return;
        }

        try
        {
            if (TakeBytes(transfer, frame))
            {
                Finish(transfer, frame);
            }
            else
            {
                Grant(from.Store, frame, frame.Bytes.Length);
            }
        }
        catch (StorageDamagedException exception)
        {
            GiveUp(transfer, frame, exception.Message);
        }
        catch (StorageFullException exception)
        {
            _isOutOfSpace = true;
            _retryAt = _clock.Now.After(_options.ElectionTimeout * 5);
            GiveUp(transfer, frame, exception.Message);
        }
    }

    /// <summary>Writes a chunk behind what came before; returns whether it was the last one.</summary>
    private static bool TakeBytes(IncomingTransfer transfer, SnapshotFrame frame)
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
        _incoming.Remove(frame.Group);
        transfer.Sink.Dispose();
        Complete(transfer.Host, transfer.Message);
        Answer(transfer.From.Store, frame, SnapshotFrameKind.Done);
    }

    private static bool IsSame(SnapshotMeta left, SnapshotMeta right) =>
        left.Last == right.Last
        && left.TimeTicks == right.TimeTicks
        && left.Configuration.Index == right.Configuration.Index
        && left.Configuration.Configuration.SameAs(right.Configuration.Configuration);

    // An offer failed: before its transfer began, or in the same step.
    private void Decline(StoreConnection from, SnapshotFrame frame, string reason)
    {
        if (_incoming.TryGetValue(frame.Group, out var begun))
        {
            GiveUp(begun, frame, reason);
        }
        else
        {
            Answer(from.Store, frame, SnapshotFrameKind.Abort, reason);
        }
    }

    private void GiveUp(IncomingTransfer transfer, SnapshotFrame frame, string reason)
    {
        _incoming.Remove(frame.Group);
        transfer.Sink.Dispose();
        Answer(transfer.From.Store, frame, SnapshotFrameKind.Abort, reason);
    }

    private void TakeAbort(StoreConnection from, SnapshotFrame frame)
    {
        if (_outgoing.TryGetValue(frame.Transfer, out var sent) && sent.To == from.Store)
        {
            EndSend(sent, succeeded: false);
        }
        else if (_incoming.TryGetValue(frame.Group, out var received) && received.Number == frame.Transfer
            && received.From == from)
        {
            _incoming.Remove(frame.Group);
            received.Sink.Dispose();
        }
    }

    private void DropTransfers(StoreConnection connection)
    {
        foreach (var transfer in _outgoing.Values.Where(transfer => transfer.To == connection.Store).ToArray())
        {
            EndSend(transfer, succeeded: false);
        }

        foreach (var (group, transfer) in _incoming.Where(pair => pair.Value.From == connection).ToArray())
        {
            _incoming.Remove(group);
            transfer.Sink.Dispose();
        }
    }

    /// <summary>The snapshot is complete and durable in its files: its core message may be stepped.</summary>
    private static void Complete(ReplicaHost host, Message message)
    {
        Invariant.Holds(message.Snapshot is not null);
        host.Mailbox.Complete(host.Slot, message, static (slot, received) => slot.SnapshotReceived(received));
    }

    private void Grant(StoreId to, SnapshotFrame frame, int bytes) => _transport.Send(
        to,
        StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Credit,
            Group = frame.Group,
            Transfer = frame.Transfer,
            CreditBytes = bytes,
        }));

    private void Answer(StoreId to, SnapshotFrame frame, SnapshotFrameKind kind, string reason = "") =>
        Answer(to, frame.Group, frame.Transfer, kind, reason);

    private void Answer(StoreId to, GroupId group, ulong transfer, SnapshotFrameKind kind, string reason) =>
        _transport.Send(
            to,
            StoreMessage.Of(new SnapshotFrame
            {
                Kind = kind,
                Group = group,
                Transfer = transfer,
                Reason = reason,
            }));
}
