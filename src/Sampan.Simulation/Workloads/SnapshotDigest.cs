using System.Text;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;
using Sampan.Simulation.Checks;

namespace Sampan.Simulation.Workloads;

/// <summary>A snapshot that nobody keeps: only its names and bytes count.</summary>
internal sealed class SnapshotDigest : ISnapshotSink
{
    private readonly MemoryStream _bytes = new();

    private SnapshotDigest(SnapshotMeta meta) => Meta = meta;

    /// <inheritdoc/>
    public SnapshotMeta Meta { get; }

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> ExpectedFiles => [];

    /// <inheritdoc/>
    public long LengthBytes { get; private set; }

    /// <summary>The digest of what a writer writes.</summary>
    public static ulong Of(SnapshotMeta meta, ISnapshotWriter writer)
    {
        using (writer)
        {
            using var digest = new SnapshotDigest(meta);
            while (writer.WriteNext(digest))
            {
            }

            return Fingerprint.Of(digest._bytes.GetBuffer().AsSpan(0, (int)digest._bytes.Length));
        }
    }

    /// <inheritdoc/>
    public void BeginFile(string name) => _bytes.Write(Encoding.UTF8.GetBytes($"<{LengthBytes}:{name}>"));

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        LengthBytes += bytes.Length;
        _bytes.Write(bytes);
    }

    /// <inheritdoc/>
    public void Commit()
    {
    }

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
