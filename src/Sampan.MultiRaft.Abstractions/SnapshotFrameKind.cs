namespace Sampan.MultiRaft.Abstractions;

/// <summary>Steps of a snapshot transfer. The values are part of the wire format.</summary>
public enum SnapshotFrameKind : byte
{
    /// <summary>Sender: here comes one, with its manifest and the message it belongs to.</summary>
    Offer = 1,

    /// <summary>Receiver: so many more bytes may be sent.</summary>
    Credit = 2,

    /// <summary>Sender: bytes of a file, in order.</summary>
    Chunk = 3,

    /// <summary>Receiver: it is complete and durable here, or not wanted.</summary>
    Done = 4,

    /// <summary>Either side: it is given up, for a reason.</summary>
    Abort = 5,
}
