using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.MultiRaft.Snapshots;

/// <summary>A sink as a user's state machine is given it.</summary>
internal sealed class GuardedSink : ISnapshotSink
{
    private readonly ISnapshotSink _sink;

    /// <summary>A guard before a sink.</summary>
    public GuardedSink(ISnapshotSink sink) => _sink = sink;

    /// <summary>What the disk threw at the machine.</summary>
    public DiskFault Fault { get; } = new();

    /// <inheritdoc/>
    public SnapshotMeta Meta => _sink.Meta;

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> ExpectedFiles => _sink.ExpectedFiles;

    /// <inheritdoc/>
    public long LengthBytes => _sink.LengthBytes;

    /// <inheritdoc/>
    public void BeginFile(string name)
    {
        try
        {
            _sink.BeginFile(name);
        }
        catch (Exception exception)
        {
            Fault.Note(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _sink.Write(bytes);
        }
        catch (Exception exception)
        {
            Fault.Note(exception);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Commit() => _sink.Commit();

    /// <inheritdoc/>
    public void Dispose() => _sink.Dispose();
}
