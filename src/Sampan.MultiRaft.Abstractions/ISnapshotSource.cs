using Sampan.Model;

namespace Sampan.MultiRaft.Abstractions;

/// <summary>A complete snapshot being read. While it is open it is not deleted.</summary>
public interface ISnapshotSource : IDisposable
{
    /// <summary>What it is a snapshot of.</summary>
    SnapshotMeta Meta { get; }

    /// <summary>Its manifest, as it is sent to another store.</summary>
    ReadOnlyMemory<byte> Manifest { get; }

    /// <summary>Its files in the order in which they were written.</summary>
    IReadOnlyList<SnapshotFile> Files { get; }

    /// <summary>Reads from a file; fewer bytes only at its end.</summary>
    int Read(string file, long offsetBytes, Span<byte> into);
}
