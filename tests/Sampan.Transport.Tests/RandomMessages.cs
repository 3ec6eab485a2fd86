using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Tests;

/// <summary>Any message that a store may send, from a seed.</summary>
internal static class RandomMessages
{
    /// <summary>Draws one.</summary>
    public static StoreMessage Draw(Prng prng) => prng.NextBelow(9) switch
    {
        0 => StoreMessage.Of(new Handshake
        {
            Protocol = (uint)prng.NextBelow(9),
            ClusterId = prng.Next(),
            Store = new StoreId(prng.Next()),
            Incarnation = new Incarnation(prng.Next(), prng.Next()),
            Boot = new BootId(prng.Next()),
            RecoveryGeneration = prng.Next(),
            RecordedReceiver = new Incarnation(prng.Next(), prng.Next()),
            IsAdmitted = prng.NextBelow(2) == 0,
            RecoveredBy = new Incarnation(prng.Next(), prng.Next()),
            HoldsNothing = prng.NextBelow(2) == 0,
            Acquaintance = prng.Next(),
        }),
        1 => StoreMessage.Of(Forward(prng)),
        2 => StoreMessage.Of(Forward(prng).Refuse((RaftErrorCode)prng.NextBelow(18))),
        3 or 4 => StoreMessage.Of(Snapshot(prng)),
        _ => StoreMessage.Of(Raft(prng)),
    };

    private static ForwardedProposal Forward(Prng prng) => new()
    {
        Group = new GroupId(prng.Next()),
        Replica = new ReplicaId(prng.Next()),
        Origin = new Origin(new StoreId(prng.Next()), new BootId(prng.Next()), prng.Next()),
        Command = Bytes(prng),
    };

    private static SnapshotFrame Snapshot(Prng prng)
    {
        var kind = (SnapshotFrameKind)(1 + prng.NextBelow(5));
        return new SnapshotFrame
        {
            Kind = kind,
            Group = new GroupId(prng.Next()),
            Transfer = prng.Next(),
            Message = kind == SnapshotFrameKind.Offer ? Raft(prng) : null,
            Manifest = kind == SnapshotFrameKind.Offer ? Bytes(prng) : default,
            File = kind == SnapshotFrameKind.Chunk ? prng.NextBelow(100) : 0,
            OffsetBytes = kind == SnapshotFrameKind.Chunk ? prng.NextBelow(int.MaxValue) : 0,
            Bytes = kind == SnapshotFrameKind.Chunk ? Bytes(prng) : default,
            CreditBytes = kind == SnapshotFrameKind.Credit ? prng.NextBelow(int.MaxValue) : 0,
            Reason = kind == SnapshotFrameKind.Abort ? "für später" : string.Empty,
        };
    }

    private static Message Raft(Prng prng)
    {
        var term = 1 + prng.Next() % 1000;
        var first = 1 + prng.Next() % 1000;
        return new Message
        {
            Kind = (MessageKind)prng.NextBelow(15),
            Group = new GroupId(prng.Next()),
            From = new ReplicaId(prng.Next()),
            To = new ReplicaId(prng.Next()),
            Term = prng.Next(),
            Index = prng.Next(),
            LogTerm = prng.Next(),
            Commit = prng.Next(),
            Reject = prng.NextBelow(2) == 0,
            ConflictTerm = prng.Next(),
            ConflictIndex = prng.Next(),
            Round = prng.Next(),
            Stamp = new Instant((long)prng.Next()),
            ElectionTimeout = TimeSpan.FromTicks(prng.NextBelow(int.MaxValue)),
            NeedSnapshotIndex = prng.Next(),
            ConfigurationIndex = prng.Next(),
            IsTransfer = prng.NextBelow(2) == 0,
            Boot = new BootId(prng.Next()),
            Snapshot = prng.NextBelow(3) == 0
                ? new SnapshotMeta(
                    new LogId(prng.Next(), prng.Next()),
                    new ConfigurationEntry(prng.Next(), Members(prng)),
                    prng.NextBelow(int.MaxValue))
                : null,
            Configuration = prng.NextBelow(3) == 0 ? Members(prng) : null,
            Entries =
            [
                .. Enumerable.Range(0, prng.NextBelow(4)).Select(i => new Entry(
                    (EntryKind)prng.NextBelow(3), term, first + (ulong)i, prng.NextBelow(int.MaxValue), Bytes(prng))),
            ],
        };
    }

    private static Configuration Members(Prng prng) => Configuration.Of(
        [new Member(new ReplicaId(1), new StoreId(prng.Next())), new Member(new ReplicaId(5), new StoreId(2))],
        [new Member(new ReplicaId(9), new StoreId(3), new Incarnation(prng.Next(), 1), 0)]);

    private static byte[] Bytes(Prng prng)
    {
        var bytes = new byte[prng.NextBelow(40)];
        foreach (ref var value in bytes.AsSpan())
        {
            value = (byte)prng.NextBelow(256);
        }

        return bytes;
    }
}
