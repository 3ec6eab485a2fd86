using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>Sends the frames of transfers.</summary>
internal sealed class TransferFrames
{
    private readonly ITransport _transport;

    /// <summary>Frames that leave by a transport.</summary>
    public TransferFrames(ITransport transport) => _transport = transport;

    /// <summary>Offers a snapshot.</summary>
    public void Offer(OutgoingTransfer transfer, ReadOnlyMemory<byte> manifest) => Send(transfer.To, new SnapshotFrame
    {
        Kind = SnapshotFrameKind.Offer,
        Group = transfer.Host.Group,
        Transfer = transfer.Number,
        Message = transfer.Message,
        Manifest = manifest,
    });

    /// <summary>Sends the next bytes of a file.</summary>
    public void Chunk(OutgoingTransfer transfer, ReadOnlyMemory<byte> bytes) => Send(transfer.To, new SnapshotFrame
    {
        Kind = SnapshotFrameKind.Chunk,
        Group = transfer.Host.Group,
        Transfer = transfer.Number,
        File = transfer.File,
        OffsetBytes = transfer.OffsetBytes,
        Bytes = bytes,
    });

    /// <summary>Lets the sender of a frame send so much more.</summary>
    public void Credit(StoreId to, SnapshotFrame frame, int bytes) => Send(to, new SnapshotFrame
    {
        Kind = SnapshotFrameKind.Credit,
        Group = frame.Group,
        Transfer = frame.Transfer,
        CreditBytes = bytes,
    });

    /// <summary>Tells the sender of a frame that all of the snapshot is durable here.</summary>
    public void Done(StoreId to, SnapshotFrame frame) => Send(to, new SnapshotFrame
    {
        Kind = SnapshotFrameKind.Done,
        Group = frame.Group,
        Transfer = frame.Transfer,
    });

    /// <summary>Tells the other side that a transfer is given up.</summary>
    public void Abort(StoreId to, GroupId group, ulong transfer, string reason) => Send(to, new SnapshotFrame
    {
        Kind = SnapshotFrameKind.Abort,
        Group = group,
        Transfer = transfer,
        Reason = reason,
    });

    private void Send(StoreId to, SnapshotFrame frame) => _transport.Send(to, StoreMessage.Of(frame));
}
