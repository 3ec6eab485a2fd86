using Sampan.Base;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.MultiRaft.Groups;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>A snapshot on its way here.</summary>
internal sealed class IncomingTransfer
{
    /// <summary>A transfer that was offered and accepted.</summary>
    public IncomingTransfer(ulong number, StoreConnection from, ReplicaHost host, Message message, ISnapshotSink sink)
    {
        Number = number;
        From = from;
        Host = host;
        Message = message;
        Sink = sink;
    }

    /// <summary>The sender's number for it.</summary>
    public ulong Number { get; }

    /// <summary>The stream it comes by.</summary>
    public StoreConnection From { get; }

    /// <summary>The receiving replica.</summary>
    public ReplicaHost Host { get; }

    /// <summary>The core's message that is stepped when it is complete.</summary>
    public Message Message { get; }

    /// <summary>Where it is written.</summary>
    public ISnapshotSink Sink { get; }

    /// <summary>When the sender has been silent for too long.</summary>
    public Instant Due { get; set; }

    /// <summary>The file that is being received; -1 before the first.</summary>
    public int File { get; set; } = -1;

    /// <summary>How much of it was received.</summary>
    public long OffsetBytes { get; set; }
}
