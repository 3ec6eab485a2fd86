using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>A snapshot on its way to another store: how far it is and how much more may be sent.</summary>
internal sealed class OutgoingTransfer
{
    /// <summary>A transfer that has not begun.</summary>
    public OutgoingTransfer(ulong number, ReplicaHost host, StoreId to, Message message, ISnapshotSource source)
    {
        Number = number;
        Host = host;
        To = to;
        Message = message;
        Source = source;
    }

    /// <summary>Its number; unique in this store's life.</summary>
    public ulong Number { get; }

    /// <summary>The sending replica.</summary>
    public ReplicaHost Host { get; }

    /// <summary>The receiving store.</summary>
    public StoreId To { get; }

    /// <summary>The core's message that it belongs to.</summary>
    public Message Message { get; }

    /// <summary>The snapshot.</summary>
    public ISnapshotSource Source { get; }

    /// <summary>The file that is being sent.</summary>
    public int File { get; set; }

    /// <summary>How much of it was sent.</summary>
    public long OffsetBytes { get; set; }

    /// <summary>How much may be sent.</summary>
    public long CreditBytes { get; set; }

    /// <summary>Whether everything was sent.</summary>
    public bool IsSent => File >= Source.Files.Count;
}
