using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Snapshots;

/// <content>Sending: an offer, then chunks as the receiver grants credit.</content>
internal sealed partial class SnapshotWorker
{
    private void BeginSend(ReplicaHost host, StoreId to, Message message)
    {
        foreach (var transfer in _outgoing.Values)
        {
            if (transfer.Host == host && transfer.Message.To == message.To)
            {
                // The core asks again only after it heard of an end; this one's end was overtaken.
                EndSend(transfer, succeeded: false);
                break;
            }
        }

        ISnapshotSource source;
        try
        {
            source = _storage.Open(host.Group, message.Snapshot?.Last ?? default);
        }
        catch (StorageDamagedException)
        {
            Report(host, message.To, succeeded: false);
            return;
        }

        var begun = new OutgoingTransfer(++_lastTransfer, host, to, message, source);
        _outgoing.Add(begun.Number, begun);
        _transport.Send(to, StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Offer,
            Group = host.Group,
            Transfer = begun.Number,
            Message = message,
            Manifest = source.Manifest,
        }));
    }

    /// <summary>Sends a chunk of each transfer that has credit; returns whether more could be sent at once.</summary>
    private bool SendNextParts()
    {
        var more = false;
        foreach (var transfer in _outgoing.Values)
        {
            more |= SendNextPart(transfer);
        }

        return more;
    }

    private bool SendNextPart(OutgoingTransfer transfer)
    {
        if (transfer.IsSent || transfer.CreditBytes <= 0)
        {
            return false;
        }

        var file = transfer.Source.Files[transfer.File];
        var bytes = new byte[Math.Min(ChunkBytesMax, file.LengthBytes - transfer.OffsetBytes)];
        var count = transfer.Source.Read(file.Name, transfer.OffsetBytes, bytes);
        _transport.Send(transfer.To, StoreMessage.Of(new SnapshotFrame
        {
            Kind = SnapshotFrameKind.Chunk,
            Group = transfer.Host.Group,
            Transfer = transfer.Number,
            File = transfer.File,
            OffsetBytes = transfer.OffsetBytes,
            Bytes = bytes.AsMemory(0, count),
        }));
        transfer.OffsetBytes += count;
        transfer.CreditBytes -= count;
        if (transfer.OffsetBytes >= file.LengthBytes)
        {
            transfer.File++;
            transfer.OffsetBytes = 0;
        }

        return !transfer.IsSent && transfer.CreditBytes > 0;
    }

    private void EndSend(OutgoingTransfer transfer, bool succeeded)
    {
        _outgoing.Remove(transfer.Number);
        transfer.Source.Dispose();
        Report(transfer.Host, transfer.Message.To, succeeded);
    }

    private static void Report(ReplicaHost host, ReplicaId to, bool succeeded) => host.Mailbox.Complete(
        host.Slot, new SnapshotResult(to, succeeded), static (slot, result) => slot.SnapshotSent(result));
}
