using Sampan.Io;
using Sampan.Model;
using Sampan.MultiRaft.Abstractions;

namespace Sampan.Storage.Snapshots;

/// <summary>
/// A sink whose want of space reads as the contract says it: it ends the snapshot and nothing else, so whoever writes
/// must be able to tell it from a disk that can no longer be trusted without knowing about files.
/// </summary>
internal sealed class SpaceCheckedSink : ISnapshotSink
{
    private readonly ISnapshotSink _sink;

    /// <summary>Around a sink.</summary>
    public SpaceCheckedSink(ISnapshotSink sink) => _sink = sink;

    /// <inheritdoc/>
    public SnapshotMeta Meta => _sink.Meta;

    /// <inheritdoc/>
    public IReadOnlyList<SnapshotFile> ExpectedFiles => _sink.ExpectedFiles;

    /// <summary>Begins a sink, translated likewise.</summary>
    public static SpaceCheckedSink Begin(Func<ISnapshotSink> begin)
    {
        try
        {
            return new SpaceCheckedSink(begin());
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw Full(failure);
        }
    }

    /// <inheritdoc/>
    public void BeginFile(string name)
    {
        try
        {
            _sink.BeginFile(name);
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw Full(failure);
        }
    }

    /// <inheritdoc/>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            _sink.Write(bytes);
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw Full(failure);
        }
    }

    /// <inheritdoc/>
    public void Commit()
    {
        try
        {
            _sink.Commit();
        }
        catch (FileSystemException failure) when (failure.Failure == FileFailure.NoSpace)
        {
            throw Full(failure);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _sink.Dispose();

    private static StorageFullException Full(FileSystemException failure) =>
        new($"there is no room for a snapshot: {failure.Message}", failure);
}
