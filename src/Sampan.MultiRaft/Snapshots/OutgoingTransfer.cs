using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>A snapshot on its way to another store: how far it is and how much more may be sent.</summary>
internal sealed class OutgoingTransfer
{
    /// <summary>A transfer that was not offered yet.</summary>
    public OutgoingTransfer(ReplicaHost host, StoreId to, Message message)
    {
        Host = host;
        To = to;
        Message = message;
    }

    /// <summary>The sending replica.</summary>
    public ReplicaHost Host { get; }

    /// <summary>The receiving store.</summary>
    public StoreId To { get; }

    /// <summary>The core's message that it belongs to; which transfer it is for whoever asked for it.</summary>
    public Message Message { get; }

    /// <summary>Its number, unique in this store's life; 0 before it was offered.</summary>
    public ulong Number { get; set; }

    /// <summary>The snapshot; null before it was offered, and after its end.</summary>
    public ISnapshotSource? Source { get; set; }

    /// <summary>The stream by which the receiver answered; null before its first answer.</summary>
    public StoreConnection? Over { get; set; }

    /// <summary>When the receiver has been silent for too long; after a refusal: when that is reported.</summary>
    public Instant Due { get; set; }

    /// <summary>Whether it ended because its snapshot cannot be read here.</summary>
    public bool IsUnreadable { get; set; }

    /// <summary>The file that is being sent.</summary>
    public int File { get; set; }

    /// <summary>How much of it was sent.</summary>
    public long OffsetBytes { get; set; }

    /// <summary>How much may be sent.</summary>
    public int CreditBytes { get; set; }

    /// <summary>Whether something is left and may be sent.</summary>
    public bool MaySend => Source is not null && File < Source.Files.Count && CreditBytes > 0;
}
