using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>A snapshot being written. Disposing without <see cref="Commit"/> deletes what
/// was written. A full disk throws <see cref="StorageFullException"/>.</summary>
public interface ISnapshotSink : IDisposable
{
    /// <summary>What it is a snapshot of.</summary>
    SnapshotMeta Meta { get; }

    /// <summary>Of a received snapshot: the files that its manifest names, in order; else empty.</summary>
    IReadOnlyList<SnapshotFile> ExpectedFiles { get; }

    /// <summary>Bytes given to it so far, over all files.</summary>
    long LengthBytes { get; }

    /// <summary>Starts the next file; the one before is finished. Names are plain names, never paths.</summary>
    void BeginFile(string name);

    /// <summary>Adds bytes to the present file.</summary>
    void Write(ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Finishes: files synced, manifest written and synced, directory synced, renamed into place, parent synced. For a
    /// received snapshot sizes and CRCs must be those of its manifest.
    /// </summary>
    void Commit();
}
