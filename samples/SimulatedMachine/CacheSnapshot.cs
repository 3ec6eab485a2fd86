using Sampan.MultiRaft.Abstractions;

namespace SimulatedMachine;

/// <summary>A frozen cache.</summary>
public sealed class CacheSnapshot : ISnapshotWriter
{
    private readonly byte[] _bytes;

    /// <summary>What the cache held.</summary>
    public CacheSnapshot(byte[] bytes) => _bytes = bytes;

    /// <inheritdoc/>
    public bool WriteNext(ISnapshotSink sink)
    {
        sink.BeginFile("cache");
        sink.Write(_bytes);
        return false;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
