using System.Diagnostics.CodeAnalysis;
using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Wire;

/// <summary>The bytes of a <see cref="StoreMessage"/>; docs/wire-format.md tells them one by one.</summary>
internal static class StoreMessageCodec
{
    /// <summary>Writes a message.</summary>
    public static void Write(WireWriter writer, StoreMessage message)
    {
        writer.Byte((byte)message.Kind);
        switch (message)
        {
            case { Raft: { } raft }:
                RaftMessageCodec.Write(writer, raft);
                break;
            case { Forward: { } forward }:
                WriteForward(writer, forward);
                break;
            case { Snapshot: { } snapshot }:
                WriteSnapshot(writer, snapshot);
                break;
            case { Introduction: { } handshake }:
                HandshakeCodec.Write(writer, handshake);
                break;
            default:
                throw new ArgumentException($"a message of kind {message.Kind} has no content", nameof(message));
        }
    }

    /// <summary>
    /// Reads a message that is all of <paramref name="bytes"/>, of which it keeps slices; false for anything that
    /// <see cref="Write"/> would not have written.
    /// </summary>
    public static bool TryRead(ReadOnlyMemory<byte> bytes, [NotNullWhen(true)] out StoreMessage? message)
    {
        message = null;
        var reader = new WireReader(bytes);
        var kind = (StoreMessageKind)reader.Byte();
        switch (kind)
        {
            case StoreMessageKind.Raft when RaftMessageCodec.TryRead(ref reader, out var raft):
                message = StoreMessage.Of(raft);
                break;
            case StoreMessageKind.Forward:
            case StoreMessageKind.ForwardAnswer:
                message = StoreMessage.Of(ReadForward(ref reader, kind == StoreMessageKind.ForwardAnswer));
                break;
            case StoreMessageKind.Snapshot when TryReadSnapshot(ref reader, out var snapshot):
                message = StoreMessage.Of(snapshot);
                break;
            case StoreMessageKind.Introduction:
                message = StoreMessage.Of(HandshakeCodec.Read(ref reader));
                break;
            default:
                return false;
        }

        return reader.IsDone;
    }

    private static void WriteForward(WireWriter writer, ForwardedProposal forward)
    {
        writer.UInt64(forward.Group.Value);
        writer.UInt64(forward.Replica.Value);
        writer.UInt64(forward.Origin.Store.Value);
        writer.UInt64(forward.Origin.Boot.Value);
        writer.UInt64(forward.Origin.Sequence);
        if (forward.IsAnswer)
        {
            writer.LogId(forward.Accepted);
            writer.Byte((byte)forward.Refused);
        }
        else
        {
            writer.Bytes(forward.Command.Span);
        }
    }

    private static ForwardedProposal ReadForward(ref WireReader reader, bool isAnswer) => new()
    {
        Group = new GroupId(reader.UInt64()),
        Replica = new ReplicaId(reader.UInt64()),
        Origin = new Origin(new StoreId(reader.UInt64()), new BootId(reader.UInt64()), reader.UInt64()),
        IsAnswer = isAnswer,
        Accepted = isAnswer ? reader.LogId() : default,
        Refused = isAnswer ? (RaftErrorCode)reader.Byte((byte)RaftErrorCode.NotLeader) : default,
        Command = isAnswer ? default : reader.Bytes(),
    };

    private static void WriteSnapshot(WireWriter writer, SnapshotFrame frame)
    {
        writer.Byte((byte)frame.Kind);
        writer.UInt64(frame.Group.Value);
        writer.UInt64(frame.Transfer);
        switch (frame.Kind)
        {
            case SnapshotFrameKind.Offer when frame.Message is not null:
                RaftMessageCodec.Write(writer, frame.Message);
                writer.Bytes(frame.Manifest.Span);
                break;
            case SnapshotFrameKind.Credit:
                writer.UInt32((uint)frame.CreditBytes);
                break;
            case SnapshotFrameKind.Chunk:
                writer.UInt32((uint)frame.File);
                writer.Int64(frame.OffsetBytes);
                writer.Bytes(frame.Bytes.Span);
                break;
            case SnapshotFrameKind.Abort:
                writer.Bytes(Encoding.UTF8.GetBytes(frame.Reason));
                break;
            case SnapshotFrameKind.Done:
                break;
            default:
                throw new ArgumentException($"a frame of kind {frame.Kind} lacks its message", nameof(frame));
        }
    }

    private static bool TryReadSnapshot(ref WireReader reader, [NotNullWhen(true)] out SnapshotFrame? frame)
    {
        var kind = (SnapshotFrameKind)reader.Byte();
        var group = new GroupId(reader.UInt64());
        var transfer = reader.UInt64();
        frame = kind switch
        {
            SnapshotFrameKind.Offer when RaftMessageCodec.TryRead(ref reader, out var message) => new SnapshotFrame
            {
                Kind = kind,
                Group = group,
                Transfer = transfer,
                Message = message,
                Manifest = reader.Bytes(),
            },
            SnapshotFrameKind.Credit => new SnapshotFrame
            {
                Kind = kind,
                Group = group,
                Transfer = transfer,
                CreditBytes = ReadCount(ref reader),
            },
            SnapshotFrameKind.Chunk => new SnapshotFrame
            {
                Kind = kind,
                Group = group,
                Transfer = transfer,
                File = ReadCount(ref reader),
                OffsetBytes = reader.Natural(),
                Bytes = reader.Bytes(),
            },
            SnapshotFrameKind.Abort => new SnapshotFrame
            {
                Kind = kind,
                Group = group,
                Transfer = transfer,
                Reason = WireText.Read(reader.Bytes().Span),
            },
            SnapshotFrameKind.Done => new SnapshotFrame { Kind = kind, Group = group, Transfer = transfer },
            _ => null,
        };
        return frame is not null && !reader.HasFailed;
    }

    private static int ReadCount(ref WireReader reader)
    {
        var value = reader.UInt32();
        if (value > int.MaxValue)
        {
            reader.Fail();
            return 0;
        }

        return (int)value;
    }
}
