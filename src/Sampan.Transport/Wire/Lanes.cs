using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Transport.Wire;

/// <summary>The lanes of a stream: each first in, first out; a lower one goes before a higher one.</summary>
internal static class Lanes
{
    /// <summary>Votes, heartbeats, answers, forwarded proposals: small, and never to wait behind data.</summary>
    public const byte Control = 0;

    /// <summary>Appends.</summary>
    public const byte Append = 1;

    /// <summary>Parts of snapshots.</summary>
    public const byte Snapshot = 2;

    /// <summary>How many there are.</summary>
    public const int Count = 3;

    /// <summary>The lane of a message.</summary>
    public static byte Of(StoreMessage message) => message.Kind switch
    {
        StoreMessageKind.Snapshot => Snapshot,
        StoreMessageKind.Raft when message.Raft?.Kind == MessageKind.Append => Append,
        _ => Control,
    };
}
