namespace Sampan.Io;

/// <summary>An open file. One thread writes and syncs; any number may read meanwhile.</summary>
public interface IFile : IDisposable
{
    /// <summary>Its length in bytes.</summary>
    long LengthBytes { get; }

    /// <summary>Reads up to the length of <paramref name="into"/>; fewer only at the end of the file.</summary>
    int Read(long offsetBytes, Span<byte> into);

    /// <summary>Writes all of <paramref name="from"/>; the file grows where needed.</summary>
    void Write(long offsetBytes, ReadOnlySpan<byte> from);

    /// <summary>Cuts or extends (with zeros) the file.</summary>
    void SetLength(long lengthBytes);

    /// <summary>
    /// fdatasync: everything written before is durable, the length too if needed to read it back. After a failure
    /// nothing is known about any earlier unsynced write, and a later success means nothing: the store must stop (F1).
    /// So every failure is <see cref="FileFailure.Device"/>, for want of space too.
    /// </summary>
    void SyncData();

    /// <summary>fsync: like <see cref="SyncData"/>, with all metadata.</summary>
    void Sync();
}
