using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>A snapshot as a user's state machine is given it.</summary>
internal sealed class GuardedSource : ISnapshotSource
{
    private readonly ISnapshotSource _source;

    /// <summary>A guard before a snapshot.</summary>
    public GuardedSource(ISnapshotSource source) => _source = source;

    /// <summary>What the disk threw at the machine.</summary>
    public DiskFault Fault { get; } = new();

    /// <inheritdoc/>
    public SnapshotMeta Meta => _source.Meta;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> Manifest => _source.Manifest;

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> Files => _source.Files;

    /// <inheritdoc/>
    public int Read(string file, long offsetBytes, Span<byte> into)
    {
        try
        {
            return _source.Read(file, offsetBytes, into);
        }
        catch (Exception exception)
        {
            Fault.Note(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();
}
