using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>
/// One step of a snapshot transfer. A transfer is answered, or its end is: each side ends it when its stream is lost,
/// when a frame could not be sent, and when the other side has been silent for long.
/// </summary>
public sealed class SnapshotFrame
{
    /// <summary>Which step.</summary>
    public required SnapshotFrameKind Kind { get; init; }

    /// <summary>The group.</summary>
    public required GroupId Group { get; init; }

    /// <summary>The transfer; unique in the life of the sending store.</summary>
    public required ulong Transfer { get; init; }

    /// <summary>Offer: the core's message, which is stepped at the receiver once everything is durable there.</summary>
    public Message? Message { get; init; }

    /// <summary>Offer: the manifest.</summary>
    public ReadOnlyMemory<byte> Manifest { get; init; }

    /// <summary>Chunk: the file's position in the manifest.</summary>
    public int File { get; init; }

    /// <summary>Chunk: where in the file; always the end of what was sent before.</summary>
    public long OffsetBytes { get; init; }

    /// <summary>Chunk: the bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; init; }

    /// <summary>Credit: how many more bytes may be sent.</summary>
    public int CreditBytes { get; init; }

    /// <summary>Abort: why.</summary>
    public string Reason { get; init; } = string.Empty;
}
